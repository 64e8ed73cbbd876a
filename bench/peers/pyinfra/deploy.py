# The least that a deploy of pyinfra can do: one operation.
from pyinfra import host
from pyinfra.operations import apt

apt.packages(name="Packages", packages=host.data.packages, no_recommends=True)
