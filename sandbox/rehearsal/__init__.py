"""What the rehearsals that measure have in common: the access layer, autoscaling, and the drills."""
