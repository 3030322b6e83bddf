# expect: LS002
from package_with_a_broken_import.missing_part import app
