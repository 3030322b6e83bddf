# expect: LS002
def dive():
    dive()


dive()
