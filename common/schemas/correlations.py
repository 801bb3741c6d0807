"""Answers of the correlations group."""

from datetime import date
from enum import StrEnum

from common.schemas.fields import Figure
from common.schemas.model import ApiModel
from common.schemas.quality import Computed, DataQuality


class Status(StrEnum):
    OK = "ok"
    NOTHING_RELIABLE = "nothing_reliable"
    INSUFFICIENT_DATA = "insufficient_data"


class Tier(StrEnum):
    PUBLISHED = "published"
    SUPPORTED = "supported"
    EARLY_SIGNAL = "early_signal"
    EXPLORATORY = "exploratory"


class EffectSize(ApiModel):
    """What a natural step of the input goes with, in the outcome's unit.

    `change` and its 90% interval are drawn towards what is known of the pair; `measured` is what the person's
    own days say alone.
    """

    step: Figure
    """A natural step of the input."""
    step_unit: str
    """Unit of the step."""
    change: Figure
    """What the outcome changes by with one step."""
    unit: str
    """Unit of the change."""
    lower: Figure
    """Lower end of the interval of the change."""
    upper: Figure
    """Upper end of the interval of the change."""
    measured: Figure
    """The change that the person's own days say alone."""


class BackingAnswer(ApiModel):
    """What is known of the pair beside the person's own days."""

    reference: str | None
    """The study that says so; null where other people say it."""
    people: int | None = None
    """How many people who share their data say it, the asker not among them; null where a study does."""


class ThirdsAnswer(ApiModel):
    """The outcome on the days of the person's own lowest and highest third of the input."""

    low_cut: Figure
    """The input's value up to which days are of the lowest third."""
    high_cut: Figure
    """The input's value from which days are of the highest third."""
    low_median: Figure
    """Median outcome on days of the lowest third."""
    high_median: Figure
    """Median outcome on days of the highest third."""


class ThresholdAnswer(ApiModel):
    """From where on a finding shows, or up to where: told only where a straight line does not fit."""

    value: Figure
    """The input's value at the bend, in its unit."""
    lower: Figure
    """Lower end of the 90% interval of the value."""
    upper: Figure
    """Upper end of the 90% interval of the value."""
    begins: bool
    """True where hardly anything shows below the value, false where hardly anything is added above it."""


class LastingAnswer(ApiModel):
    """How long a day's habit shows in the nights after it."""

    nights: int
    """Nights that differ, the first one included."""
    half_gone_by: int | None
    """The first night beyond them by which at most half of the first one's effect is left; null if unsure."""


class FindingAnswer(ApiModel):
    feature: str
    """The input: a habit, by its feature name."""
    metric: str
    """The outcome: a measure of the body."""
    lag_days: int
    """Days from the input's day to the outcome's."""
    tier: Tier
    """How firmly it is known."""
    n: int
    """Days on which both are known."""
    effective_n: Figure
    """How many independent days those are worth."""
    pearson: Figure
    """Pearson's coefficient of the raw values."""
    spearman: Figure
    """Spearman's coefficient of the raw values."""
    adjusted: Figure
    """Spearman's coefficient after weekday, drift, the outcome's own past and confounders are taken out."""
    p_value: Figure
    """Of this pair at this look."""
    q_value: Figure
    """Over everything tested, and over every look at this person's history.

    Of a pair backed by other people: that of this pair alone, at any look."""
    effect: EffectSize
    """How large it is, in units."""
    thirds: ThirdsAnswer | None
    """The outcome on the person's low and high days; null where the input has too few values."""
    halves: tuple[Figure, Figure]
    """`adjusted` over the first and over the second half of the days."""
    similar: list[str]
    """Inputs nearly the same as this one that were found too."""
    caveats: list[str]
    """Codes of what to keep in mind; worded in insights."""
    backing: BackingAnswer | None = None
    """What studies or other people say; null where they say nothing."""
    other_reasons: list[str]
    """Codes of what else could make the two go together and is not measured."""
    threshold: ThresholdAnswer | None = None
    """From where on, or up to where, it shows; null where no bend holds by itself."""
    lasting: LastingAnswer | None = None
    """In how many nights it shows; null of a same-night or early finding."""


class GrangerAnswer(ApiModel):
    order: int | None
    """Days of the past that were used."""
    days: int | None
    """Days that entered the test."""
    f: Figure | None
    """The F statistic."""
    p: Figure | None
    """Its p-value."""
    refusal: str | None
    """Why it was not made; null where it was."""


class PairNeedsAnswer(ApiModel):
    """Paired days from which a moderate effect of this habit would show with power 0.8.

    Of a habit of some days also the days with it, had and needed; null for a quantity.
    """

    days_needed: int
    """Paired days."""
    occasions: int | None
    """Days with the habit."""
    occasions_needed: int | None
    """Days with the habit that are needed."""


class TestedPair(ApiModel):
    """One pair that was asked about: why it was refused, or what it shows."""

    feature: str
    """The input."""
    metric: str
    """The outcome."""
    lag_days: int
    """Days from the input's day to the outcome's."""
    refusal: str | None
    """Why the pair was not tested; null where it was."""
    n: int
    """Days on which both are known."""
    effective_n: Figure | None
    """How many independent days those are worth."""
    pearson: Figure | None
    """Pearson's coefficient of the raw values."""
    spearman: Figure | None
    """Spearman's coefficient of the raw values."""
    adjusted: Figure | None
    """Spearman's coefficient after known other reasons are taken out."""
    p_value: Figure | None
    """Of this pair at this look."""
    q_value: Figure | None
    """Over everything tested and every look."""
    tier: Tier | None
    """Of what is told; null where nothing is."""
    withheld: str | None
    """Why a pair that earned a tier is no finding: its effect is too small, or it is shown with another."""
    granger: GrangerAnswer | None
    """Granger's test, shown beside and deciding nothing."""
    needs: PairNeedsAnswer | None = None
    """What the pair takes to show; null where its days were never paired."""


class Needed(ApiModel):
    """Paired days a metric has, and how many a moderate effect would take to show with power 0.8."""

    metric: str
    """A measure of the body."""
    days_have: int
    """Paired days there are."""
    days_needed: int
    """Paired days a moderate effect would take."""


class CorrelationsAnswer(Computed):
    user_id: str
    """Whose habits."""
    date: date
    """The local day it is as of."""
    status: Status
    """Whether anything is told, and if not, why."""
    explanation: str
    """The same in a sentence."""
    metric: str | None
    """The only outcome asked about; null for all."""
    lookback_days: int
    """Days of history that were used."""
    tested: int
    """Pairs that were tested."""
    refused: int
    """Pairs that could not be tested fairly."""
    false_discovery_rate: float
    """Share of told findings that may be chance, at most."""
    findings: list[FindingAnswer]
    """What holds, the strongest first."""
    needed: list[Needed]
    """What it would take to tell more."""
    pairs: list[TestedPair] | None = None
    """Every pair, tested or refused, where `include=tested` asks for them."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""
    feature_version: str
    """Version of the features."""
    engine_version: str
    """Version of the statistics."""


class LagProfileAnswer(Computed):
    """One input against one metric at every lag: for looking at, never published."""

    user_id: str
    """Whose habits."""
    date: date
    """The local day it is as of."""
    feature: str
    """The input."""
    metric: str
    """The outcome."""
    lookback_days: int
    """Days of history that were used."""
    lags: list[TestedPair]
    """One for each lag, in order."""
    data_quality: DataQuality
    """What the rows behind the answer were like."""
    feature_version: str
    """Version of the features."""
    engine_version: str
    """Version of the statistics."""
