"""One realistic resource of every type of the table, in an order in which they can be made."""

import json
from dataclasses import dataclass, field
from typing import Any

Props = dict[str, Any]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
POLICY = json.dumps({
    "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}],
})  # fmt: skip
KEY_POLICY = json.dumps({
    "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*",
    }],
})  # fmt: skip
SERVICE = "com.amazonaws.us-east-1"


@dataclass(frozen=True, slots=True)
class Case:
    """A resource; `@name` is the id of an earlier case, `@name.output` an output of it.

    Attributes:
        change: inputs that an update in place changes.
    """

    name: str
    type: str
    inputs: Props
    change: Props = field(default_factory=dict[str, Any])


def _tagged(value: str = "one") -> Props:
    return {"tags": {"Name": value}}


CASES = (
    Case("vpc", "aws:ec2/vpc:Vpc",
         {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "enableDnsSupport": True, **_tagged()},
         _tagged("two")),
    Case("a", "aws:ec2/subnet:Subnet",
         {"vpcId": "@vpc", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-1a", **_tagged()},
         {"mapPublicIpOnLaunch": True}),
    Case("b", "aws:ec2/subnet:Subnet",
         {"vpcId": "@vpc", "cidrBlock": "10.0.1.0/24", "availabilityZone": "us-east-1b"}, _tagged()),
    Case("igw", "aws:ec2/internetGateway:InternetGateway", {"vpcId": "@vpc", **_tagged()}, _tagged("two")),
    Case("eip", "aws:ec2/eip:Eip", {"domain": "vpc", **_tagged()}, _tagged("two")),
    Case("nat", "aws:ec2/natGateway:NatGateway",
         {"allocationId": "@eip", "subnetId": "@a", "connectivityType": "public", **_tagged()}, _tagged("two")),
    Case("rtb", "aws:ec2/routeTable:RouteTable", {"vpcId": "@vpc", **_tagged()}, _tagged("two")),
    Case("rtb2", "aws:ec2/routeTable:RouteTable", {"vpcId": "@vpc"}),
    Case("route", "aws:ec2/route:Route",
         {"routeTableId": "@rtb", "destinationCidrBlock": "0.0.0.0/0", "gatewayId": "@igw"}),
    Case("rta", "aws:ec2/routeTableAssociation:RouteTableAssociation", {"subnetId": "@a", "routeTableId": "@rtb"},
         {"routeTableId": "@rtb2"}),
    Case("sg", "aws:ec2/securityGroup:SecurityGroup", {"description": "nodes", "vpcId": "@vpc", **_tagged()},
         _tagged("two")),
    Case("in", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
         {"securityGroupId": "@sg", "cidrIpv4": "10.0.0.0/8", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443,
          "description": "https", **_tagged()}, _tagged("two")),
    Case("out", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
         {"securityGroupId": "@sg", "cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1"}, _tagged()),
    Case("default", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", {"vpcId": "@vpc", **_tagged()},
         _tagged("two")),
    Case("endpoint", "aws:ec2/vpcEndpoint:VpcEndpoint",
         {"vpcId": "@vpc", "serviceName": f"{SERVICE}.s3", "vpcEndpointType": "Gateway", "routeTableIds": ["@rtb"],
          **_tagged()}, {"routeTableIds": ["@rtb", "@rtb2"]}),
    Case("interface", "aws:ec2/vpcEndpoint:VpcEndpoint",
         {"vpcId": "@vpc", "serviceName": f"{SERVICE}.sts", "vpcEndpointType": "Interface", "subnetIds": ["@a"],
          "securityGroupIds": ["@sg"], "privateDnsEnabled": True}, {"subnetIds": ["@a", "@b"]}),
    Case("role", "aws:iam/role:Role", {"assumeRolePolicy": TRUST, "description": "cluster", **_tagged()},
         {"description": "the cluster", **_tagged("two")}),
    Case("attached", "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
         {"role": "@role", "policyArn": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"}),
    Case("inline", "aws:iam/rolePolicy:RolePolicy", {"role": "@role", "policy": POLICY},
         {"policy": POLICY.replace("Describe", "Get")}),
    Case("key", "aws:kms/key:Key",
         {"description": "secrets", "enableKeyRotation": True, "deletionWindowInDays": 7, "policy": KEY_POLICY,
          **_tagged()}, {"description": "all secrets", "enableKeyRotation": False, **_tagged("two")}),
    Case("alias", "aws:kms/alias:Alias", {"name": "alias/secrets", "targetKeyId": "@key"}),
    Case("logs", "aws:cloudwatch/logGroup:LogGroup",
         {"name": "/aws/eks/site-a/cluster", "retentionInDays": 30, **_tagged()}, {"retentionInDays": 90}),
    Case("flow", "aws:ec2/flowLog:FlowLog",
         {"vpcId": "@vpc", "trafficType": "ALL", "logDestinationType": "cloud-watch-logs",
          "logDestination": "@logs.arn", "iamRoleArn": "@role.arn", "maxAggregationInterval": 60, **_tagged()},
         _tagged("two")),
    Case("reserved", "aws:ec2/capacityReservation:CapacityReservation",
         {"availabilityZone": "us-east-1a", "instanceCount": 2, "instancePlatform": "Linux/UNIX",
          "instanceType": "p5.48xlarge", "instanceMatchCriteria": "targeted", **_tagged()}, {"instanceCount": 3}),
    Case("template", "aws:ec2/launchTemplate:LaunchTemplate",
         {"metadataOptions": {"httpTokens": "required", "httpEndpoint": "enabled", "httpPutResponseHopLimit": 2},
          "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {
              "volumeSize": 100, "volumeType": "gp3", "encrypted": "true", "deleteOnTermination": "true",
              "throughput": 250, "iops": 3000, "kmsKeyId": "@key.arn"}}],
          "userData": "IyEvYmluL3No", "monitoring": {"enabled": True}, "vpcSecurityGroupIds": ["@sg"],
          "tagSpecifications": [{"resourceType": "instance", "tags": {"site": "a"}}], "updateDefaultVersion": True,
          "capacityReservationSpecification": {"capacityReservationTarget": {"capacityReservationId": "@reserved"}},
          **_tagged()}, {"userData": "IyEvYmluL3NoCg=="}),
    Case("cluster", "aws:eks/cluster:Cluster",
         {"name": "site-a", "version": "1.36", "roleArn": "@role.arn",
          "vpcConfig": {"subnetIds": ["@a", "@b"], "endpointPrivateAccess": True, "endpointPublicAccess": True,
                        "publicAccessCidrs": ["192.0.2.0/24"]},
          "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
          "enabledClusterLogTypes": ["api", "audit"], "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16"},
          "encryptionConfig": {"provider": {"keyArn": "@key.arn"}, "resources": ["secrets"]},
          "zonalShiftConfig": {"enabled": True}, "upgradePolicy": {"supportType": "STANDARD"},
          "deletionProtection": True, "bootstrapSelfManagedAddons": False, **_tagged()},
         {"deletionProtection": False, **_tagged("two")}),
    Case("nodes", "aws:eks/nodeGroup:NodeGroup",
         {"clusterName": "@cluster", "nodeRoleArn": "@role.arn", "subnetIds": ["@a"], "amiType": "AL2023_x86_64_NVIDIA",
          "capacityType": "ON_DEMAND", "instanceTypes": ["p5.48xlarge"],
          "launchTemplate": {"id": "@template", "version": "1"},
          "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2}, "labels": {"site": "a"},
          "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NO_SCHEDULE"}],
          "updateConfig": {"maxUnavailable": 1}, "nodeRepairConfig": {"enabled": True}, **_tagged()},
         {"scalingConfig": {"minSize": 1, "maxSize": 6, "desiredSize": 3}}),
    Case("addon", "aws:eks/addon:Addon",
         {"clusterName": "@cluster", "addonName": "vpc-cni", "resolveConflictsOnCreate": "OVERWRITE", **_tagged()},
         {"configurationValues": "{}"}),
    Case("entry", "aws:eks/accessEntry:AccessEntry",
         {"clusterName": "@cluster", "principalArn": "@role.arn", "type": "STANDARD", **_tagged()},
         {"kubernetesGroups": ["readers"]}),
    Case("policy", "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
         {"clusterName": "@cluster", "principalArn": "@role.arn", "accessScope": {"type": "cluster"},
          "policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"}),
    Case("identity", "aws:eks/podIdentityAssociation:PodIdentityAssociation",
         {"clusterName": "@cluster", "namespace": "kube-system", "serviceAccount": "ebs", "roleArn": "@role.arn"},
         _tagged()),
    Case("zone", "aws:route53/zone:Zone", {"name": "example.com", "comment": "entry", **_tagged()},
         {"comment": "the entry", **_tagged("two")}),
    Case("check", "aws:route53/healthCheck:HealthCheck",
         {"type": "HTTPS", "fqdn": "regional.example.com", "port": 443, "resourcePath": "/ready",
          "requestInterval": 10, "failureThreshold": 2, **_tagged()}, {"failureThreshold": 3, **_tagged("two")}),
    Case("certificate", "aws:acm/certificate:Certificate",
         {"domainName": "api.example.com", "subjectAlternativeNames": ["origin.example.com"],
          "validationMethod": "DNS", "keyAlgorithm": "EC_prime256v1", **_tagged()}, _tagged("two")),
    Case("proof", "aws:route53/record:Record",
         {"zoneId": "@zone", "name": "@certificate.domainValidationOptions.0.resourceRecordName", "type": "CNAME",
          "ttl": 300, "records": ["@certificate.domainValidationOptions.0.resourceRecordValue"]}, {"ttl": 60}),
    Case("proof2", "aws:route53/record:Record",
         {"zoneId": "@zone", "name": "@certificate.domainValidationOptions.1.resourceRecordName", "type": "CNAME",
          "ttl": 300, "records": ["@certificate.domainValidationOptions.1.resourceRecordValue"]}),
    Case("validated", "aws:acm/certificateValidation:CertificateValidation",
         {"certificateArn": "@certificate.arn", "validationRecordFqdns": ["@proof.fqdn", "@proof2.fqdn"]}),
    Case("balancer", "aws:lb/loadBalancer:LoadBalancer",
         {"loadBalancerType": "network", "internal": False, "subnets": ["@a"], "securityGroups": ["@sg"],
          "enableDeletionProtection": True, "enableCrossZoneLoadBalancing": False, "enableZonalShift": True,
          **_tagged()}, {"enableDeletionProtection": False, **_tagged("two")}),
    Case("targets", "aws:lb/targetGroup:TargetGroup",
         {"port": 30443, "protocol": "TLS", "targetType": "instance", "vpcId": "@vpc", "deregistrationDelay": 120,
          "preserveClientIp": "true", "connectionTermination": True, **_tagged(),
          "healthCheck": {"enabled": True, "protocol": "HTTPS", "path": "/ready", "port": "30443", "interval": 5,
                          "timeout": 2, "healthyThreshold": 2, "unhealthyThreshold": 2, "matcher": "200"},
          "targetHealthStates": [{"enableUnhealthyConnectionTermination": False, "unhealthyDrainingInterval": 60}]},
         {"deregistrationDelay": 60, **_tagged("two")}),
    Case("listener", "aws:lb/listener:Listener",
         {"loadBalancerArn": "@balancer.arn", "port": 443, "protocol": "TLS",
          "certificateArn": "@validated.certificateArn", "alpnPolicy": "HTTP2Preferred",
          "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
          "defaultActions": [{"type": "forward", "targetGroupArn": "@targets.arn"}], **_tagged()}, _tagged("two")),
    Case("attachment", "aws:autoscaling/attachment:Attachment",
         {"autoscalingGroupName": "@nodes.resources.0.autoscalingGroups.0.name",
          "lbTargetGroupArn": "@targets.arn"}),
    Case("regional", "aws:route53/record:Record",
         {"zoneId": "@zone", "name": "regional", "type": "A", "setIdentifier": "us-east-1",
          "latencyRoutingPolicies": [{"region": "us-east-1"}],
          "aliases": [{"name": "@balancer.dnsName", "zoneId": "@balancer.zoneId", "evaluateTargetHealth": True}]}),
    Case("origin", "aws:route53/record:Record",
         {"zoneId": "@zone", "name": "origin.example.com", "type": "A", "setIdentifier": "secondary",
          "failoverRoutingPolicies": [{"type": "SECONDARY"}],
          "aliases": [{"name": "@regional.fqdn", "zoneId": "@zone", "evaluateTargetHealth": True}]},
         {"healthCheckId": "@check"}),
    Case("secret", "aws:secretsmanager/secret:Secret",
         {"description": "token", "kmsKeyId": "@key.arn", "recoveryWindowInDays": 7, **_tagged()},
         {"description": "the token", **_tagged("two")}),
    Case("value", "aws:secretsmanager/secretVersion:SecretVersion", {"secretId": "@secret", "secretString": "s3cr3t"}),
    Case("accelerator", "aws:globalaccelerator/accelerator:Accelerator",
         {"enabled": True, "ipAddressType": "IPV4", **_tagged()}, {"enabled": False}),
    Case("entry443", "aws:globalaccelerator/listener:Listener",
         {"acceleratorArn": "@accelerator.arn", "protocol": "TCP", "portRanges": [{"fromPort": 443, "toPort": 443}]},
         {"clientAffinity": "SOURCE_IP"}),
    Case("group", "aws:globalaccelerator/endpointGroup:EndpointGroup",
         {"listenerArn": "@entry443.arn", "endpointGroupRegion": "us-east-1", "trafficDialPercentage": 100,
          "endpointConfigurations": [{"endpointId": "@balancer.arn", "weight": 128}]},
         {"endpointConfigurations": [{"endpointId": "@balancer.arn", "weight": 0}]}),
)  # fmt: skip
