"""What sources of files share: decoding, reading a file that holds still, folders."""
