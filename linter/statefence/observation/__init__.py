"""What programs were seen to do while their tests ran, beside what the analysis says of the same lines."""
