"""The gas table: what v2.0.0 costs, the bars, and what the suite is measured at."""

from dataclasses import dataclass

# What recording an invoice as paid costs: a fresh slot and its key. v2.0.0 keeps no such record.
INVOICE_RECORD_GAS = 22_387


@dataclass(frozen=True)
class Row:
    """One operation. `records` is the number of invoices recorded, left out of the ratio and stated apart."""

    name: str
    v2_gas: int
    bar_percent: int
    records: int = 0


ROWS = (
    Row("deploy InfrastructureReserve", 2_154_709, 82),
    Row("deploy UsageFeeRouter", 2_011_457, 75),
    Row("deploy TokenManager", 4_661_180, 85),
    Row("deploy HokusaiAMMFactory", 4_637_013, 90),
    Row("deploy ModelRegistry", 1_549_225, 80),
    Row("deployToken", 2_093_728, 55),
    Row("createPool", 2_582_110, 15),
    Row("depositFee, first for a model", 280_563, 80),
    Row("depositFee, later", 183_171, 68),
    Row("batchDepositFees, 2 models, warm", 270_267, 70),
    Row("payInfrastructureCost, first", 119_129, 65, records=1),
    Row("payInfrastructureCost, later", 67_829, 86, records=1),
    Row("batchPayInfrastructureCosts, 10 items", 197_001, 85, records=10),
    Row("batchPayInfrastructureCosts, further item", 13_100, 88, records=1),
    Row("setProvider, first", 49_619, 105),
    Row("setInfrastructureAccrualBps", 30_808, 105),
    Row("grantRole", 51_189, 105),
)


def compared_gas(row: Row, gas: int) -> int:
    """Return the gas that is held against v2.0.0: without the record that v2.0.0 doesn't keep."""
    return gas - row.records * INVOICE_RECORD_GAS


def ratio_percent(row: Row, gas: int) -> float:
    """Return the suite's share of v2.0.0's gas."""
    return 100 * compared_gas(row, gas) / row.v2_gas


def render_table(measured: dict[str, int]) -> str:
    """Return the table; rows marked (*) are compared without the invoice record and show the whole figure too."""
    lines = [f"{'operation':<44}{'suite':>11}{'v2.0.0':>11}{'ratio':>9}{'bar':>7}  with the invoice record"]
    for row in ROWS:
        gas = measured[row.name]
        name = row.name + (" (*)" if row.records else "")
        line = f"{name:<44}{compared_gas(row, gas):>11,}{row.v2_gas:>11,}{ratio_percent(row, gas):>8.1f}%"
        line += f"{row.bar_percent:>6}%"
        lines.append(line + (f"  {gas:,}" if row.records else ""))
    return "\n".join(lines)
