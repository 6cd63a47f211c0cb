"""The reader is made of many parts: none may hide a method of another by accident."""

import inspect

from gradscribe.read.core import Core
from gradscribe.read.lower import Reader


def test_no_part_hides_a_method_of_another():
    owners = {}
    for part in Reader.__mro__:
        if part.__module__.startswith("gradscribe.read") and not issubclass(Core, part):
            for name, member in vars(part).items():
                if inspect.isfunction(member):
                    owners.setdefault(name, []).append(part)
    shared = {name: parts for name, parts in owners.items() if len(parts) > 1}
    hidden = {
        name: [p.__name__ for p in parts]
        for name, parts in shared.items()
        if not any(issubclass(parts[0], other) for other in parts[1:])
    }
    assert not hidden
