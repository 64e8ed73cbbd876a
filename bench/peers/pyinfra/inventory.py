# The machines are those that the file $FEDIVERSITY_BENCH_PYINFRA names.
import json
import os

with open(os.environ["FEDIVERSITY_BENCH_PYINFRA"], encoding="utf-8") as file:
    machines = [(machine["address"], machine["data"]) for machine in json.load(file)]
