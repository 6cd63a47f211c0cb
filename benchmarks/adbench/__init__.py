"""ADBench: four objectives as users write them, their derivatives by hand, and the tools against each other."""
