//! The manifests of the distributed form: rendered as a cluster would get them, held against Kubernetes' schemas, and
//! against what is promised of every part.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::child::{self, Step};
use crate::{debian, place, python, tidy};

/// What can be deployed.
const OVERLAYS: [&str; 2] = ["development", "production"];

/// The package with Kubernetes' schemas, whose version is that of the newest schema in it; a YAML reader comes along.
const SCHEMAS: (&str, &str) = ("kubernetes-validate", "1.37.0");

/// Says what was checked, and one line for each problem. Arguments: the work tree, the folder with the rendered
/// overlays, and the words of all parts.
const INSPECT: &str = r##"
import pathlib, re, sys
import kubernetes_validate, yaml

root, folder, words = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
# Resources of operators, of which Kubernetes itself has no schema.
FOREIGN = ["postgresql.cnpg.io/v1"]
problems = []

def check(holds, where, problem):
    if not holds:
        problems.append(f"{where}: {problem}")

def selects(selector, labels):
    wanted = (selector or {}).get("matchLabels", {})
    return bool(wanted) and all(labels.get(name) == value for name, value in wanted.items())

def check_schema(where, resource):
    try:
        kubernetes_validate.validate(resource, kubernetes_validate.latest_version(), strict=True)
    except kubernetes_validate.ValidationError as error:
        path = ".".join(str(step) for step in error.path)
        problems.append(f"{where}: {path}: {error.message}")
    except kubernetes_validate.SchemaNotFoundError:
        problems.append(f"{where}: Kubernetes has no {resource['kind']} in {resource['apiVersion']}")

def check_pod(where, pod):
    own = pod.get("securityContext", {})
    check(own.get("runAsNonRoot") is True, where, "set runAsNonRoot for the pod")
    check(own.get("runAsUser", 0) > 0, where, "name a runAsUser that is not 0")
    check(own.get("seccompProfile", {}).get("type") == "RuntimeDefault", where, "set seccompProfile to RuntimeDefault")
    check(pod.get("automountServiceAccountToken") is False, where, "set automountServiceAccountToken to false")
    for container in pod.get("initContainers", []) + pod["containers"]:
        check_container(f"{where}, container {container['name']}", container)

def check_container(where, container):
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"]:
        check(probe in container, where, f"it has no {probe}")
    for bound in ["requests", "limits"]:
        for resource in ["cpu", "memory"]:
            check(resource in container.get("resources", {}).get(bound, {}), where, f"{bound} name no {resource}")
    own = container.get("securityContext", {})
    check(own.get("readOnlyRootFilesystem") is True, where, "set readOnlyRootFilesystem")
    check(own.get("allowPrivilegeEscalation") is False, where, "set allowPrivilegeEscalation to false")
    check(own.get("capabilities", {}).get("drop") == ["ALL"], where, "drop ALL capabilities")
    check(own.get("runAsNonRoot") is not False and own.get("runAsUser", 1) > 0, where, "it runs as root")
    check(re.search(r":(?!latest$)[^:/]+$", container["image"]), where, f"pin the version of {container['image']}")

def references(pod):
    for container in pod["containers"]:
        for variable in container.get("env", []):
            secret = variable.get("valueFrom", {}).get("secretKeyRef")
            # What is optional may be missing: README.md says what follows.
            if secret and not secret.get("optional"):
                yield "Secret", secret["name"], secret["key"]
        for source in container.get("envFrom", []):
            yield "ConfigMap", source["configMapRef"]["name"], None
    for volume in pod.get("volumes", []):
        if "configMap" in volume:
            yield "ConfigMap", volume["configMap"]["name"], None

def check_references(where, pod, found, overlay):
    for kind, name, key in references(pod):
        if kind == "Secret" and overlay == "production":
            continue
        there = found.get((kind, name))
        check(there is not None, where, f"there is no {kind} {name}")
        check(there is None or key is None or key in there.get("data", {}), where, f"the {kind} {name} has no {key}")

def variables(container):
    """The values that do not come from a Secret, with $(NAME) expanded as Kubernetes does."""
    values = {}
    for variable in container.get("env", []):
        expanded = lambda reference: values.get(reference[1]) or reference[0]
        values[variable["name"]] = re.sub(r"\$\((\w+)\)", expanded, variable.get("value", ""))
    return values

def check_word(where, word, found):
    deployment = found.get(("Deployment", word))
    check(deployment is not None, where, "it has no Deployment of that name")
    if deployment is None:
        return
    pod = deployment["spec"]["template"]
    environment = variables(pod["spec"]["containers"][0])
    check(environment.get("SERVICES") == word, where, f"its Deployment does not say SERVICES={word}")
    asks = environment.get("NATS_URL", "").startswith(f"nats://{word}:")
    check(asks, where, "it is not itself to the broker: NATS_URL")
    stores = environment.get("DATABASE_URL", "").startswith(f"postgres://{word}:")
    check(stores != (word == "web"), where, "all but web have a database and are themselves to it: DATABASE_URL")
    labels = pod["metadata"]["labels"]
    for kind, selector in [("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")]:
        there = found.get((kind, word))
        check(there and selects(there["spec"].get(selector), labels), where, f"no {kind} of that name selects its pods")

def check_overlay(overlay, text):
    resources = [each for each in yaml.safe_load_all(text) if each]
    found = {(each["kind"], each["metadata"]["name"]): each for each in resources}
    skipped = 0
    for resource in resources:
        where = f"{overlay}: {resource['kind']} {resource['metadata']['name']}"
        if resource["apiVersion"] in FOREIGN:
            skipped += 1
            continue
        check_schema(where, resource)
        pod = resource.get("spec", {}).get("template", {}).get("spec")
        if pod:
            check_pod(where, pod)
            check_references(where, pod, found, overlay)
        committed = resource["kind"] == "Secret" and overlay == "production"
        check(not committed, where, "no Secret is committed: README.md says how to make it")
    for word in words:
        check_word(f"{overlay}: {word}", word, found)
    policies = [each["spec"] for each in resources if each["kind"] == "NetworkPolicy"]
    nothing = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    check(nothing in policies, overlay, "no NetworkPolicy forbids what is not allowed, both ways")
    held = len(resources) - skipped
    print(f"{overlay}: {held} resources checked, {skipped} of {', '.join(FOREIGN)} skipped")

def check_accounts():
    text = (root / "k8s/base/nats/accounts.conf").read_text()
    text = re.sub(r"#.*", "", text)
    users = dict(re.findall(r"user: (\w+)(.*?)(?=user: |\Z)", text, re.DOTALL))
    for word in words:
        where = f"accounts.conf: {word}"
        check(word in users, where, "the broker does not know this user")
        rights = users.get(word, "")
        check(f"$NATS_{word.upper()}_PASSWORD" in rights, where, "its password is not its own variable")
            # Whoever answers, answers the web tier.
        rest = rights.replace("\"_INBOX.web.>\"", "") if word != "web" else rights
        others = [other for other in words if other != word and re.search(rf"[. \"]{other}[.\"]", rest)]
        check(word == "web" or not others, where, f"it has rights of others: {', '.join(others)}")

def check_compose():
    services = yaml.safe_load((root / "compose.yaml").read_text())["services"]
    for word in words:
        said = services.get(word, {}).get("environment", {}).get("SERVICES")
        check(said == word, "compose.yaml", f"it does not run {word}, with SERVICES={word}")

for rendered in sorted(folder.glob("*.yaml")):
    check_overlay(rendered.stem, rendered.read_text())
check_accounts()
check_compose()
print("\n".join(problems))
sys.exit(1 if problems else 0)
"##;

/// Renders what can be deployed, and checks it.
pub fn check() -> Result<()> {
    find_kubectl()?;
    let schemas = python::package(SCHEMAS)?;
    let folder = place::target().join("xtask").join("manifests");
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    for overlay in OVERLAYS {
        render(overlay, &folder.join(format!("{overlay}.yaml")))?;
    }

    let mut python = child::command("python3");
    python.args(["-c", INSPECT]).arg(place::root()).arg(&folder).args(tidy::SERVICES).arg("web");
    python.env("PYTHONPATH", schemas);
    Step::new("manifests", python).run()?;
    for line in child::tail(&place::log("manifests"), OVERLAYS.len() + 1).lines().filter(|line| !line.is_empty()) {
        println!("  {line}");
    }
    Ok(())
}

/// Writes down what a cluster would get.
fn render(overlay: &str, file: &Path) -> Result<()> {
    let source = place::root().join("k8s/overlays").join(overlay);
    let mut kubectl = child::command("kubectl");
    let output = kubectl.arg("kustomize").arg(&source).stdin(Stdio::null()).output();
    let output = output.context("kubectl cannot be started")?;
    let said = String::from_utf8_lossy(&output.stderr);
    let problem = "cannot be rendered (kubectl 1.27 or newer is required)";
    ensure!(output.status.success(), "k8s/overlays/{overlay} {problem}: {}", said.trim());
    fs::write(file, output.stdout).with_context(|| format!("writing {}", file.display()))
}

/// Makes sure that kubectl is there: 1.27 or newer, for kustomize 5. No cluster is contacted.
fn find_kubectl() -> Result<()> {
    if child::find("kubectl").is_some() {
        return Ok(());
    }
    if !debian::possible() {
        bail!("the manifests are rendered by kubectl: install kubectl 1.27 or newer");
    }
    println!("installing kubectl (under a minute, once)");
    debian::packages(&["kubernetes-client"])?;
    child::find("kubectl").map(drop).context("Debian's kubernetes-client was installed, but there is no kubectl")
}
