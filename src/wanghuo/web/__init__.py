"""HTTP manners that every wing shares: problems, sign-in, paging, the live stream."""
