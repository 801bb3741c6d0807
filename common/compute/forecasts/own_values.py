"""One measure of one person as if a single device had measured all of it.

Devices disagree about the same person, so a change of device is no change of the person: days of another one
are moved by how far its level lies from that of the device worn now. A few nights of the new one suffice.
"""

import numpy as np

from common.compute.series.build import DailySeries
from common.compute.series.channels import CHANNEL_INDEX
from common.compute.series.rows import Floats

LATEST_NIGHTS = 3
"""The device worn now is the one most of so many last nights come from."""
LEVEL_NIGHTS = 28


def own_values(series: DailySeries, channel: str, *, logarithmic: bool) -> Floats:
    """(n,) values of a channel, those of other devices at the level of the one worn now; NaN where unknown.

    With `logarithmic`, natural logarithms.
    """
    values = series[channel]
    values = np.log(values) if logarithmic else values
    codes = series.source_codes[CHANNEL_INDEX[channel]] if series.source_codes.size else None
    if codes is None:
        return values
    known = np.isfinite(values)
    worn = codes[known]
    if not worn.size or (worn == worn[-1]).all():
        return values
    devices, nights = np.unique(worn[-LATEST_NIGHTS:], return_counts=True)
    now = devices[nights.argmax()]

    def level(device: np.int16) -> float:
        return float(np.median(values[known & (codes == device)][-LEVEL_NIGHTS:]))

    moved = values.copy()
    for device in np.unique(worn[worn != now]):
        moved[known & (codes == device)] += level(now) - level(device)
    return moved
