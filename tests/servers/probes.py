"""Which lines of the program run, for coverage: before each statement stands one that marks its line.

Python 3.11 can only trace all that runs, libraries too, and that nearly doubles what a server costs. Here the
program's own code alone has a little more to do. All processes that are forked after it was loaded share one
map of the lines, so those that are killed have told what they did too.
"""

import ast
import builtins
import mmap
import sys
from collections import defaultdict
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from coverage import CoverageData

NAME = "__lines_that_ran__"  # a name of Python's own, for the code of all modules
MOST = 1 << 18  # lines


class Probes(MetaPathFinder):
    """Loads the modules of one package with marks in them; files are named from `root` on."""

    def __init__(self, package: str, root: Path) -> None:
        self.map = mmap.mmap(-1, MOST)
        self._package = package
        self._root = root
        self._lines: list[tuple[str, int]] = []

    def install(self) -> None:
        """From now on; what is loaded by now has no marks."""
        setattr(builtins, NAME, self.map)
        sys.meta_path.insert(0, self)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As without marks, but for the loader."""
        if fullname.partition(".")[0] != self._package:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, str(spec.loader.path), self)
        return spec

    def compile(self, source: bytes, path: str) -> CodeType:
        """The code of a file, with its marks."""
        file = Path(path).relative_to(self._root).as_posix()
        tree = ast.parse(source)
        for node in ast.walk(tree):
            for part in ("body", "orelse", "finalbody"):
                if isinstance(statements := getattr(node, part, None), list) and statements:
                    setattr(node, part, self._marked(node, statements, file))
        return compile(ast.fix_missing_locations(tree), path, "exec", dont_inherit=True)

    def lines(self, *, ran: bool) -> dict[str, list[int]]:
        """The lines that have marks, of each file; all of them, or those that ran."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for number, (file, line) in enumerate(self._lines):
            if self.map[number] or not ran:
                found[file].append(line)
        return found

    def write(self) -> None:
        """Tell coverage, in a file of its own that it combines with the others."""
        data = CoverageData(str(self._root / ".coverage"), suffix=True)
        data.add_lines(self.lines(ran=True))
        data.write()

    def _marked(self, node: ast.AST, statements: list[ast.stmt], file: str) -> list[ast.stmt]:
        first = _after_what_must_be_first(node, statements)
        marked = [*statements[:first]]
        match node:  # these have lines that are no statements
            case ast.ExceptHandler():
                marked.append(self._mark(file, node.lineno, statements[0]))
            case ast.match_case():
                marked.append(self._mark(file, node.pattern.lineno, statements[0]))
            case _:
                pass
        marked += [self._mark(file, early.lineno, early) for early in statements[:first]]
        for statement in statements[first:]:
            decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
            marked += [self._mark(file, decorator.lineno, statement) for decorator in decorators]
            marked += [self._mark(file, statement.lineno, statement), statement]
        return marked

    def _mark(self, file: str, line: int, place: ast.stmt) -> ast.stmt:
        number = len(self._lines)
        assert number < MOST, "the map is too small"
        self._lines.append((file, line))
        cell = ast.Subscript(ast.Name(NAME, ast.Load()), ast.Constant(number), ast.Store())
        return ast.copy_location(ast.Assign([cell], ast.Constant(1)), place)


class _Loader(SourceFileLoader):
    """Compiles anew each time: what Python has kept has no marks."""

    def __init__(self, fullname: str, path: str, probes: Probes) -> None:
        super().__init__(fullname, path)
        self._probes = probes

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        return self._probes.compile(self.get_data(path), path)


def _after_what_must_be_first(node: ast.AST, statements: list[ast.stmt]) -> int:
    """How many statements Python only takes at the very beginning: a docstring and what is of the future."""
    if not isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        return 0
    first = 1 if ast.get_docstring(node, clean=False) is not None else 0
    while first < len(statements) and _is_future(statements[first]):
        first += 1
    return first


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
