"""What follows from who follows whom: lines on the advisor's list, proposals in person, the nightly check."""
