"""What `creditlang.resources` finds, and what it refuses to look for."""

import pytest

from creditlang import resources


def test_the_grammar_is_found() -> None:
    assert resources.grammar_path("creditlang.lark").is_file()


def test_a_missing_grammar_file_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="nowhere\\.lark"):
        resources.grammar_path("nowhere.lark")


def test_every_bundled_policy_is_found_by_its_name() -> None:
    names = resources.policy_names()
    assert names == tuple(sorted(names))
    for name in names:
        path = resources.policy_path(name)
        assert path is not None
        assert path.name == f"{name}.credit"
        assert resources.use_path(f"{name}/{name}") == path


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "nowhere",
        "../hengyang",
        "common/../hengyang",
        "/etc/passwd",
        "C:\\x",
        "a\\b",
        "a//b",
        "a/",
        "a\0b",
        "学" * 61,
    ],
)
def test_other_names_lead_nowhere(name: str) -> None:
    assert resources.use_path(name) is None
    assert resources.policy_path(name) is None
    assert resources.sample_path(name) is None
