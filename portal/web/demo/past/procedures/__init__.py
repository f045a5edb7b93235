"""The procedures of the demo: what became of each referral, and what people did about what was decided."""
