# expect: LS011
# target: main:app
# options: --app-dir named_as_the_standard_library
