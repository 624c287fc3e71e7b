"""Runs moto's server on the port given, one request at a time.

moto takes no lock: of two calls that come at once, both could find a label where they expect it, which the real
service does not allow.

Where moto 5.2.1 does not do what the API reference says, and the tests need that it does, it is set right here:
GetSecretValue reads the version with the label AWSCURRENT, also after the label was moved; DescribeSecret shows the
versions that have a label, and no other; ListSecretVersionIds says when a version was made, and of a secret that is
not there that it is not.
"""

import json
import sys
import threading

from moto.secretsmanager.exceptions import SecretNotFoundException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

move_label = SecretsManagerBackend.update_secret_version_stage
list_versions = SecretsManagerBackend.list_secret_version_ids
describe = FakeSecret.to_dict


def move_label_and_read_there(self, secret_id, version_stage, remove_from_version_id, move_to_version_id):
    answer = move_label(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
    if version_stage == "AWSCURRENT" and move_to_version_id:
        self.secrets[secret_id].set_default_version_id(move_to_version_id)
    return answer


def list_versions_with_times(self, secret_id):
    if secret_id not in self.secrets:
        raise SecretNotFoundException()
    answer = json.loads(list_versions(self, secret_id))
    for version in answer["Versions"]:
        version["CreatedDate"] = self.secrets[secret_id].versions[version["VersionId"]]["createdate"]
    return json.dumps(answer)


def describe_labelled(self):
    answer = describe(self)
    stages = answer.get("VersionIdsToStages") or {}
    answer["VersionIdsToStages"] = {version: labels for version, labels in stages.items() if labels}
    return answer


FakeSecret.to_dict = describe_labelled
SecretsManagerBackend.update_secret_version_stage = move_label_and_read_there
SecretsManagerBackend.list_secret_version_ids = list_versions_with_times

application = DomainDispatcherApplication(create_backend_app)
lock = threading.Lock()


def one_at_a_time(environ, start_response):
    with lock:
        return [b"".join(application(environ, start_response))]


make_server("127.0.0.1", int(sys.argv[1]), one_at_a_time, threaded=True).serve_forever()
