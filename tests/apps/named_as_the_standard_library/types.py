# expected to be left aside
