"""Which URL is a project of GitLab, Codeberg or Bitbucket."""

import pytest

from pipeline.works.forges import project
from pipeline.works.identifiers import canonical_url, identify, of_key


@pytest.mark.parametrize(
    ("url", "key", "is_root"),
    [
        ("https://gitlab.com/marvl/map-fusion", "gitlab:marvl/map-fusion", True),
        ("http://www.gitlab.com/Group/Sub/Deep/Name/", "gitlab:group/sub/deep/name", True),
        ("https://gitlab.com/g/n.git", "gitlab:g/n", True),
        ("https://gitlab.com/g/s/n/-/tree/main/src", "gitlab:g/s/n", False),
        ("https://gitlab.com/g/n/tree/master", "gitlab:g/n", False),
        ("https://gitlab.com/g/n/blob/master/README.md", "gitlab:g/n", False),
        ("https://gitlab.com/g/tree", "gitlab:g/tree", True),
        ("https://gitlab.com/g/n#usage", "gitlab:g/n", True),
        ("https://codeberg.org/Owner/Name", "codeberg:owner/name", True),
        ("https://codeberg.org/o/n/src/branch/main/a.py", "codeberg:o/n", False),
        ("https://bitbucket.org/jmangelson/gkcm", "bitbucket:jmangelson/gkcm", True),
        ("https://bitbucket.org/w/r/src/master/", "bitbucket:w/r", False),
    ],
)
def test_projects(url: str, key: str, is_root: bool) -> None:
    """At the root or below it, in groups of any depth, whatever the case."""
    found, named = project(url), identify(url)

    assert found is not None
    assert (found.key, found.is_root) == (key, is_root)
    assert named is not None
    assert named.key == key
    again = of_key(key)
    assert again is not None
    assert project(canonical_url(again)) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/group",
        "https://gitlab.com/",
        "https://gitlab.com/explore/projects",
        "https://gitlab.com/users/sign_in",
        "https://gitlab.com/groups/g/-/issues",
        "https://gitlab.com/-/snippets/1",
        "https://gitlab.com/g/-/epics/1",
        "https://gitlab.com/g/n%20m",
        "https://gitlab.com/g/..",
        "https://codeberg.org/explore/repos",
        "https://codeberg.org/user/login",
        "https://bitbucket.org/product/features",
        "https://bitbucket.org/account/user",
        "https://gitlab.example.org/g/n",
        "https://about.gitlab.com/g/n",
        "https://github.com/o/n",
        "no url",
    ],
)
def test_what_is_no_project(url: str) -> None:
    """Pages of the service itself, and other hosts."""
    assert project(url) is None
