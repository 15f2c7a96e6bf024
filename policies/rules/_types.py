"""Type tokens that rules match; a test holds each against the providers' SDKs, as a misspelt one never fires."""

from typing import Final

CLUSTER: Final = "aws:eks/cluster:Cluster"
NODE_GROUP: Final = "aws:eks/nodeGroup:NodeGroup"
LAUNCH_TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE: Final = "aws:ec2/instance:Instance"
VOLUME: Final = "aws:ebs/volume:Volume"
SUBNET: Final = "aws:ec2/subnet:Subnet"
KEY: Final = "aws:kms/key:Key"

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
AUTOSCALER: Final = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
DISRUPTION_BUDGET: Final = "kubernetes:policy/v1:PodDisruptionBudget"
