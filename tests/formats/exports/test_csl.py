"""CSL-JSON against the rules of its schema."""

import json

from jsonschema import Draft7Validator

from pipeline.formats.exports.csl import item_of, render_csl
from tests.formats.exports.csl_schema import SCHEMA
from tests.formats.exports.works_by_hand import ATTENTION, DATASET, PUBLISHED, work, works


def test_every_item_is_valid() -> None:
    """Nothing that the schema does not know, hostile works among them."""
    items = json.loads(render_csl(works()))

    Draft7Validator(SCHEMA).validate(items)
    assert [item["id"] for item in items] == [work.cite for work in works()]
    assert render_csl([]) == "[]\n"


def test_a_preprint() -> None:
    """An article of the genre preprint, dated by its first version."""
    item = item_of(work(ATTENTION))

    assert (item["type"], item["genre"], item["publisher"]) == ("article", "preprint", "arXiv")
    assert item["issued"] == {"date-parts": [[2017, 6, 12]]}
    assert (item["number"], item["version"]) == ("arXiv:1706.03762", "v7")
    assert item["author"][0] == {"family": "Vaswani", "given": "Ashish"}
    assert item["author"][2] == {"literal": "Google Brain Team"}
    assert item["custom"]["code"] == ["https://github.com/tensorflow/tensor2tensor"]


def test_a_published_work() -> None:
    """The place of publication is its container."""
    item = item_of(work(PUBLISHED))

    assert (item["type"], item["container-title"]) == ("paper-conference", "SIGIR 2023")
    assert item["issued"] == {"date-parts": [[2023]]}
    assert "genre" not in item


def test_a_data_set_without_anything_known() -> None:
    """What is not known is left out."""
    item = item_of(work(DATASET))

    assert item["type"] == "dataset"
    assert {"author", "issued", "DOI"}.isdisjoint(item)
