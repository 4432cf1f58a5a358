"""Known families withheld from everything: does the pipeline find them again, and does the test call them new?"""
