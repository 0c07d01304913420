"""Pictures without JavaScript: what their bars and figures say."""

import pytest

from pipeline.formats.exports.page.data import Catalog, work_list
from pipeline.formats.exports.page.pictures import LEFT, SERIES_LIMIT, Picture, pictures
from pipeline.formats.exports.page.site import render_site
from tests.formats.exports.page.catalog_by_hand import ALL_LINKS, AT, works


@pytest.fixture(scope="module")
def made() -> dict[str, Picture]:
    """The pictures of the catalog by hand, by their titles."""
    catalog = Catalog()
    for work in works():
        catalog.add(work)
    return {one.title: one for one in pictures(catalog, work_list(ALL_LINKS)["hosts"])}


def test_figures(made: dict[str, Picture]) -> None:
    """Those that the pictures of the browser have, of all papers."""
    over_time = made["Papers over time, by section"]
    assert over_time.series[0] == "Fillers"
    assert dict(over_time.rows)["2020"][0] == 60
    assert dict(over_time.rows)["2019"] == (0,) * len(over_time.series)
    assert dict(made["Last push of the code"].rows)["2024"] == (60,)
    assert dict(made["How entries were identified"].rows)["by title"] == (60,)
    stars = dict(made["Stars of the code, by year of publication (median)"].rows)
    assert stars["2020"] == (30,)
    assert "2019" not in stars


def test_bars_stand_behind_one_another(made: dict[str, Picture]) -> None:
    """Each part where the last one ends; a sum is that of its parts."""
    for picture in made.values():
        for bar, (name, values) in zip(picture.bars, picture.rows, strict=True):
            assert (bar.name, bar.total) == (name, sum(values))
            at = float(LEFT)
            for start, width, number in bar.parts:
                assert start == pytest.approx(at)
                assert values[number] > 0
                at += width
            assert bar.end == pytest.approx(at)


def test_many_sections_are_some_and_the_others() -> None:
    """Nothing is lost in the sums."""
    hosts = [("a.example", {f"verdict{n}": n + 1 for n in range(9)})]
    (picture,) = pictures(Catalog(), hosts)

    assert len(picture.series) == SERIES_LIMIT
    assert picture.series[-1] == "4 others"
    assert picture.rows == (("a.example", (9, 8, 7, 6, 5, 1 + 2 + 3 + 4)),)


def test_they_stand_in_the_page_for_readers_without_scripts() -> None:
    """With a name and the figures beside each."""
    index = dict(render_site(works(), ALL_LINKS, AT))["index.html"]
    inside = index.partition("<noscript>")[2].partition("</noscript>")[0]

    assert inside.count('role="img"') == 5
    assert inside.count("<summary>Figures</summary>") == 5
    assert '<td class="figure">60</td>' in inside
