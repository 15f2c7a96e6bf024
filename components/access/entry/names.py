"""Names below the entry's domain; pure."""


def api(domain: str) -> str:
    """Return where clients call."""
    return f"api.{domain}"


def origin(domain: str) -> str:
    """Return where the distribution sends what it gets."""
    return f"origin.{domain}"


def regional(domain: str) -> str:
    """Return the nearest healthy region's balancers, past the accelerator."""
    return f"regional.{domain}"


def of_region(domain: str, region: str) -> str:
    """Return the balancers of one region."""
    return f"{region}.{domain}"


def on_certificates(domain: str) -> list[str]:
    """Return what a balancer's certificate must name: the host that viewers ask for, and the origin's own.

    The distribution passes the viewer's Host on, so the certificate must match that too:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
    """
    return [api(domain), origin(domain)]
