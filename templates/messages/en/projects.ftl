# The projects of an organisation, and one of them.
projects-title = Projects
    .lead = An app, a device or a key sees one project, and no other.
    .all = All
    .none = There is no project yet that you may see.
    .disabled = switched off
    .limited = for some members only
    .since = since
projects-new = A new project
    .act = Create the project
    .name = A name has 1 to 100 characters on one line.
    .slug = A short name has 1 to 63 of a–z, 0–9 and hyphens, and none at an end.
    .taken = There is, or was, a project with this short name here. Short names are never given twice: choose another.
projects-name = Name of the project
projects-one = Project
projects-off = This project is switched off
    .text = No app, device or key can reach it until somebody switches it on again.
projects-rename = Name
    .act = Save the name
    .note = The short name stays.
projects-disable = Switch it off
    .text = No app, device or key can reach the project while it is off. They stay as they are, and can reach it again when it is on.
    .act = Switch the project off
projects-enable = Switch it on
    .text = What has access can reach the project again.
    .act = Switch the project on
projects-delete = Delete { $project }?
    .heading = Delete
    .text = The project goes, and every connection and key to it ends at once.
    .act = Delete the project
    .connections = { $count ->
        [0] No app or device is connected to it.
        [one] One connection of an app or device ends.
       *[other] { $count } connections of apps and devices end.
    }
    .keys = { $count ->
        [0] It has no API key.
        [one] One API key stops working.
       *[other] { $count } API keys stop working.
    }
    .data = The project itself, and its short name, which is never given again.
    .at-once = This happens at once and cannot be undone. What other systems keep of the project is theirs; they are told that it is gone.
    .label = To confirm, type the short name of the project:
    .wrong = This is not the short name of the project.
