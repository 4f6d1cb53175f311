"""Referral: why someone called, what they need, and the professional to whom they are handed over.

It keeps the calls, the cases (a bare id: no name, no number), the immutable snapshots of what was asked, the
referrals and their states, the network of experts, the directory of structures and the tasks of the desk.
It knows why someone called and nothing about how to reach them; the one exception, for life, is an urgent
action, which holds a place and a number under a key of its own and rings without any other service.
"""
