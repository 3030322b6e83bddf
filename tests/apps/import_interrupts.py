# expect: LS010
raise KeyboardInterrupt
