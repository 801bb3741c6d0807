"""People for a development database: imported from files, or made up."""
