"""The recipes are what their platforms read: judged by published schemas."""

import copy
import subprocess
import sys
import unittest

import kubernetes_validate
import yaml
from emulator import WORKSPACE

RECIPES = WORKSPACE / "recipes"

# By the schemas that come with `check-jsonschema`.
PIPELINES = {
    "azure-pipelines.yml": "vendor.azure-pipelines",
    "github-actions/action.yml": "vendor.github-actions",
    "github-actions/workflow.yml": "vendor.github-workflows",
    "gitlab-ci.yml": "vendor.gitlab-ci",
}


class Schemas(unittest.TestCase):
    def test_pipelines_fit_their_schemas(self):
        for recipe, schema in PIPELINES.items():
            command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, RECIPES / recipe]
            result = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_the_job_fits_the_schema_of_kubernetes(self):
        job = yaml.safe_load((RECIPES / "kubernetes-job.yaml").read_text())
        kubernetes_validate.validate(job, "1.37", strict=True)
        misspelt = copy.deepcopy(job)
        misspelt["spec"]["template"]["spec"]["containers"][0]["imag"] = "x"
        with self.assertRaises(kubernetes_validate.ValidationError):
            kubernetes_validate.validate(misspelt, "1.37", strict=True)

    def test_each_recipe_that_is_yaml_is_judged(self):
        recipes = {str(file.relative_to(RECIPES)) for file in RECIPES.rglob("*.y*ml")}
        self.assertEqual(recipes, {*PIPELINES, "kubernetes-job.yaml"})
