"""Checks the rendered Kubernetes manifests, the NATS accounts and compose.yaml.

Arguments: the work tree, the folder with the rendered overlays, and the names of all services and the web tier.
Prints what was checked and one line per problem; exits with 1 if there is any.
"""

import pathlib, re, sys
import kubernetes_validate, yaml

root, folder, roles = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
# Custom resources, for which Kubernetes has no schema.
FOREIGN = ["cert-manager.io/v1", "postgresql.cnpg.io/v1"]
# What each role reads from its environment and has no default that suits it, whether or not Stripe and a mail server are in use:
# without the key, `tickets` would take payments for play money and let people list who have proved no address.
NEEDS = {
    "web": ["PUBLIC_URL", "STRIPE_PUBLISHABLE_KEY"],
    "auth": ["PUBLIC_URL", "MAIL", "MAIL_FROM"],
    "tickets": ["STRIPE_PUBLISHABLE_KEY"],
    "orders": [],
    "expiration": [],
    "payments": ["PUBLIC_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_PUBLISHABLE_KEY"],
}
NEEDED_BY_ALL = ["SERVICES", "NATS_URL", "HOST", "METRICS", "LOG_FORMAT", "DRAIN_SECONDS"]
# A process of another role that has one of these knows a secret that it does not need.
SECRETS = ["DATABASE_URL", "DATABASE_PASSWORD", "MAIL", "MAIL_PASSWORD", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"]
problems = []

def settings_of_program():
    text = (root / "server/src/config/variables.rs").read_text()
    return set(re.findall(r'\b(?:value|described)\(\s*"([A-Z_]+)"', text))

SETTINGS = settings_of_program()

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
    check(own.get("runAsUser", 0) > 0, where, "set a runAsUser other than 0")
    check(own.get("seccompProfile", {}).get("type") == "RuntimeDefault", where, "set seccompProfile to RuntimeDefault")
    check(pod.get("automountServiceAccountToken") is False, where, "set automountServiceAccountToken to false")
    for container in pod.get("initContainers", []) + pod["containers"]:
        check_container(f"{where}, container {container['name']}", container)

def check_container(where, container):
    for probe in ["startupProbe", "readinessProbe", "livenessProbe"]:
        check(probe in container, where, f"add a {probe}")
    for bound in ["requests", "limits"]:
        for resource in ["cpu", "memory"]:
            check(resource in container.get("resources", {}).get(bound, {}), where, f"set {resource} in {bound}")
    own = container.get("securityContext", {})
    check(own.get("readOnlyRootFilesystem") is True, where, "set readOnlyRootFilesystem")
    check(own.get("allowPrivilegeEscalation") is False, where, "set allowPrivilegeEscalation to false")
    check(own.get("capabilities", {}).get("drop") == ["ALL"], where, "drop ALL capabilities")
    check(own.get("runAsNonRoot") is not False and own.get("runAsUser", 1) > 0, where, "do not run as root")
    check(re.search(r":(?!latest$)[^:/]+$", container["image"]), where, f"pin the version of {container['image']}")

def references(pod):
    for container in pod["containers"]:
        for variable in container.get("env", []):
            secret = variable.get("valueFrom", {}).get("secretKeyRef")
            # An optional key may be missing; k8s/README.md describes the effect.
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

def check_settings(where, role, names):
    """A process has every setting that its role needs, none that the program does not know, and no secret of another role."""
    database = [] if role == "web" else ["DATABASE_URL"]
    needed = NEEDS[role] + NEEDED_BY_ALL + database
    for name in needed:
        check(name in names, where, f"set {name}, which it needs")
    for name in sorted(names):
        check(name in SETTINGS, where, f"remove {name}: the program knows no setting of that name")
    for name in set(SECRETS) & names:
        own = name in needed or (name == "DATABASE_PASSWORD" and database) or (name == "MAIL_PASSWORD" and "MAIL" in needed)
        check(own, where, f"remove {name}, which is a secret of others")

def check_role(where, role, found):
    deployment = found.get(("Deployment", role))
    check(deployment is not None, where, "add a Deployment of that name")
    if deployment is None:
        return
    pod = deployment["spec"]["template"]
    container = pod["spec"]["containers"][0]
    environment = variables(container)
    shared = [found[("ConfigMap", source["configMapRef"]["name"])]["data"] for source in container.get("envFrom", [])]
    check_settings(where, role, set(environment).union(*shared))
    check(environment.get("SERVICES") == role, where, f"set SERVICES={role} in its Deployment")
    # The passwords are in variables of their own.
    own_url = re.match(rf"(nats|tls)://{role}@", environment.get("NATS_URL", ""))
    own_account = own_url and "NATS_PASSWORD" in environment
    check(own_account, where, "use the role's own NATS account in NATS_URL")
    own_database = environment.get("DATABASE_URL", "").startswith(f"postgres://{role}@")
    check(own_database != (role == "web"), where, "every service, but not web, uses its own database user in DATABASE_URL")
    labels = pod["metadata"]["labels"]
    for kind, selector in [("PodDisruptionBudget", "selector"), ("NetworkPolicy", "podSelector")]:
        there = found.get((kind, role))
        check(there and selects(there["spec"].get(selector), labels), where, f"no {kind} of that name selects its pods")

def pods(resource):
    """The pods of a workload, or of a CronJob."""
    spec = resource.get("spec", {})
    for template in [spec.get("template"), spec.get("jobTemplate", {}).get("spec", {}).get("template")]:
        if template and template.get("spec"):
            yield template["spec"]

def check_encryption(where, pod, settings):
    """In production, no connection to the broker or a database is plain or unverified."""
    mounted = {mount["mountPath"] for container in pod["containers"] for mount in container.get("volumeMounts", [])}
    files = {item["path"] for volume in pod.get("volumes", []) for source in volume.get("projected", {}).get("sources", [])
             for item in source.get("secret", {}).get("items", [])}
    for container in pod["containers"]:
        environment = variables(container)
        broker, database = environment.get("NATS_URL"), environment.get("DATABASE_URL")
        if broker:
            authority = settings.get("NATS_CA", "")
            check(broker.startswith("tls://"), where, "begin NATS_URL with tls://")
            check(pathlib.Path(authority).name in files, where, "mount the authority that NATS_CA names")
            check(str(pathlib.Path(authority).parent) in mounted, where, "mount the folder of NATS_CA")
        if database:
            root = re.search(r"[?&]sslrootcert=/etc/authorities/([^&]+)", database)
            check("sslmode=verify-full" in database and root, where, "add sslmode=verify-full and sslrootcert to DATABASE_URL")
            check(root and root[1] in files, where, "mount the authority that sslrootcert names")

def check_broker_encryption(found):
    broker = [each for (kind, name), each in found.items() if kind == "ConfigMap" and name.startswith("nats-")]
    for file in ["tls.conf", "peers-tls.conf"]:
        configured = any("cert_file" in each["data"].get(file, "") for each in broker)
        check(configured, "production: the broker", f"configure TLS in {file}")

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
        if overlay == "production":
            settings = [each["data"] for (kind, name), each in found.items() if kind == "ConfigMap" and name.startswith("settings-")]
            for each in pods(resource):
                check_encryption(where, each, settings[0])
        committed = resource["kind"] == "Secret" and overlay == "production"
        check(not committed, where, "do not commit a Secret: k8s/README.md says how to create it")
    if overlay == "production":
        check_broker_encryption(found)
    for role in roles:
        check_role(f"{overlay}: {role}", role, found)
    policies = [each["spec"] for each in resources if each["kind"] == "NetworkPolicy"]
    nothing = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    check(nothing in policies, overlay, "add a NetworkPolicy that denies all other traffic, both ways")
    checked = len(resources) - skipped
    print(f"{overlay}: {checked} resources checked, {skipped} of {', '.join(FOREIGN)} skipped")

def check_accounts():
    text = (root / "k8s/base/nats/accounts.conf").read_text()
    text = re.sub(r"#.*", "", text)
    users = dict(re.findall(r"user: (\w+)(.*?)(?=user: |\Z)", text, re.DOTALL))
    for role in roles:
        where = f"accounts.conf: {role}"
        check(role in users, where, "add this user")
        rights = users.get(role, "")
        check(f"$NATS_{role.upper()}_PASSWORD" in rights, where, "take its password from its own variable")
        # Every service may reply to requests of the web tier.
        rest = rights.replace("\"_INBOX.web.>\"", "") if role != "web" else rights
        # Its consumers are named after what they read. A test compares them with the service's subscriptions.
        rest = re.sub(rf'"\$JS\.[A-Z.]+\.ticketing\.{role}-[^"]*"', "", rest)
        others = [other for other in roles if other != role and re.search(rf"[. \"]{other}[.\"]", rest)]
        check(role == "web" or not others, where, f"remove its permissions on subjects of {', '.join(others)}")

def check_compose():
    services = yaml.safe_load((root / "compose.yaml").read_text())["services"]
    addresses = set()
    for role in roles:
        where = f"compose.yaml: {role}"
        environment = services.get(role, {}).get("environment", {})
        check(environment.get("SERVICES") == role, "compose.yaml", f"add {role}, with SERVICES={role}")
        check_settings(where, role, set(environment))
        for name, password in [("NATS_URL", f"NATS_{role.upper()}_PASSWORD"), ("DATABASE_URL", f"{role.upper()}_DATABASE_PASSWORD")]:
            account = re.match(rf"\w+://{role}:\$\{{{password}:-\w+\}}@", environment.get(name, f"none://{role}:${{{password}:-x}}@"))
            check(account, where, f"use the role's own account in {name}, with the password in {password}")
        # What the person who starts it sets reaches the process under the same name.
        for name in set(environment) & {"MAIL", "MAIL_FROM", *(name for name in SETTINGS if name.startswith("STRIPE_"))}:
            check(re.fullmatch(rf"\$\{{{name}:-\w*\}}", str(environment[name])), where, f"pass {name} on from the environment")
        addresses |= {environment["PUBLIC_URL"]} if "PUBLIC_URL" in environment else set()
    check(len(addresses) == 1, "compose.yaml", f"give all processes the same PUBLIC_URL, not {sorted(addresses)}")

for rendered in sorted(folder.glob("*.yaml")):
    check_overlay(rendered.stem, rendered.read_text())
check_accounts()
check_compose()
print("\n".join(problems))
sys.exit(1 if problems else 0)
