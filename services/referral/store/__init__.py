"""The only SQL of referral, one file per thing."""
