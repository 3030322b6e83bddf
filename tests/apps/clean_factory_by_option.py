# expect: none
# target: clean_factory:create_app
# options: --factory
