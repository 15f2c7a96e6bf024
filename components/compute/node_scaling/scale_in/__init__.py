"""Takes at most one GPU node away: one that has had no pod with a GPU for a while, after the rest of it was drained.

What is in doubt stays. A node leaves only while its group is above its least size and other idle nodes stay as spares;
its pods are evicted, so that disruption budgets and grace periods hold; and it is schedulable again if that does not
come to an end. A group that waits for nodes which do not come gives one of these up first.

Runs in a pod with Python and boto3 alone, as the files of this folder. What it knows from run to run are two
annotations of a node, so that one run goes on where another ended.
"""
