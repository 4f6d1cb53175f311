"""The rules of referral, one idea a file: pure functions over frozen values, `now` is an argument."""
