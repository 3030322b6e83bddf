# expect: none
# target: named_as_ours.wire:app
