"""The probe: runs in the target's interpreter, imports nothing of ours but itself, and nothing else before the target.

What may be imported at the top of these modules: what a bare interpreter already holds, plus os, sys, time and built-in
C modules. Everything else would be missing from what the application's own imports cost.
"""
