"""What a process tells Prometheus."""

import httpx2
from prometheus_client.parser import text_string_to_metric_families


async def samples(url: str) -> dict[str, float]:
    """Every sample by its name and the values of its labels, as it is told to this machine."""
    async with httpx2.AsyncClient(timeout=30) as client:
        answer = await client.get(f"{url}/metrics")
    assert answer.status_code == 200, answer.text
    return {
        " ".join((sample.name, *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }
