"""A quick start changes nothing for what comes after it, whatever happens in between."""

import gc
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from common.startup import quick_start
from common.store.deletion import PUBLIC
from common.store.tables import ML_TABLES


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def test_the_collector_rests_and_leaves_alone_what_is_there() -> None:
    with quick_start():
        assert not gc.isenabled()
        assert gc.get_freeze_count() == 0
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_model_is_built_when_it_is_used() -> None:
    with quick_start():

        class Late(BaseModel):
            value: int

    class Soon(BaseModel):
        value: int

    assert (Late.__pydantic_complete__, Soon.__pydantic_complete__) == (False, True)
    assert Late.model_validate({"value": "7"}).value == 7
    assert Late.__pydantic_complete__


def test_a_failed_import_leaves_all_as_it_was() -> None:
    with pytest.raises(ImportError), quick_start():
        raise ImportError
    assert gc.isenabled()
    assert "defer_build" not in BaseModel.model_config


def test_the_tables_deleted_from_are_the_described_ones() -> None:
    assert tuple(table.name for table in ML_TABLES) == PUBLIC
