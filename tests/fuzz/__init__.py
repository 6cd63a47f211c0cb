"""Random programs: generated, differentiated, judged by differences, and shrunk when the judgement is bad."""
