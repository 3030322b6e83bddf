# expect: LS002
raise ExceptionGroup("settings", [ValueError("host"), ExceptionGroup("ports", [TypeError("port")])])
