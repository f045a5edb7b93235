"""The closed room where a stranger's file is decoded: a process of its own, bounded in memory and time.

``caller`` is the worker's side. ``room`` is the process that waits, warm, and forks once per file;
``images`` and ``pdfs`` run in the fork and are never imported by the worker.
"""
