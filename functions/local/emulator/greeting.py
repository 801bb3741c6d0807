"""What `nutri dev` says once it answers: where everything is, and one call of each group to copy."""

from collections.abc import Mapping

from rich.console import Console

from functions.local.data.cohort import COHORT
from functions.local.servers.start import Servers

CALLS = {
    "features": "curl '{url}/api/features/{user}/{day}'",
    "correlations": "curl '{url}/api/correlations/{user}'",
    "predictions": "curl '{url}/api/predictions/rhr' -H 'content-type: application/json' "
    """-d '{{"userId": "{user}"}}'""",
    "insights": "curl -X POST '{url}/api/insights/{user}/generate'",
}


def greet(
    console: Console,
    urls: Mapping[str, str],
    servers: Servers,
    *,
    seconds: float,
    wanted_port: int,
    day: str,
    with_people: bool,
    with_explorer: bool,
) -> None:
    """`day` (ISO) is one the demo people have data of."""
    gateway = urls["gateway"]
    if wanted_port and not gateway.endswith(f":{wanted_port}"):
        console.print(f"port {wanted_port} is taken: the gateway is at {gateway}", style="yellow")
    # addresses and calls are there to be copied, so they are never wrapped or cut
    for name, url in [*urls.items(), ("postgresql", servers.database_url), ("redis", servers.redis_url)]:
        style = "bold" if name == "gateway" else ""
        console.print(f"{name:<14}{url}", style=style, soft_wrap=True, markup=False)
    explorer = f"explorer: {gateway}/explorer   " if with_explorer else ""
    console.print(f"{explorer}docs: {gateway}/docs   health: {gateway}/health", highlight=False)
    user = COHORT[0].user_id if with_people else "USER"
    for name, call in CALLS.items():
        if name in urls:
            console.print(call.format(url=gateway, user=user, day=day), soft_wrap=True, markup=False)
    console.print(f"first answer after {seconds:.1f} s; Ctrl-C stops", style="green")
