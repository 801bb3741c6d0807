"""The developer's platform: functions in processes under AWS's runtime client, behind URLs, on schedules."""
