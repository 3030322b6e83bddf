"""Prices."""

import time


def _table():
    table, end = [], time.thread_time() + 0.12
    while time.thread_time() < end:
        table.append(len(table) * 1.19)
    return table


TABLE = _table()
