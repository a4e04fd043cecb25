/// Payroll programs whose employee import both HR and finance may feed.
///
/// Sources: help.staffology.co.uk and help-iris.co.uk, fields of the employee import; Sage 50 Payroll fields as Staffology's
/// help lists them.
enum PayrollBureaus {
  static let staffology = ReadyTable(
    "staffology-employees.csv",
    """
    # IRIS Staffology takes names of 34 characters and advises against punctuation in them.
    dates: dd/MM/yyyy
    columns:
      - heading: Payroll Code
        first_of: [external_ids.payroll, external_ids.finance, employee_reference]
      - {heading: First Name, field: first_name, strip: '.,;:()/|"“”', max_length: 34, too_long: cut, required: true}
      - {heading: Surname, field: last_name, strip: '.,;:()/|"“”', max_length: 34, too_long: cut, required: true}
      - {heading: Email, field: email, max_length: 100}
      - Job Title: job_title
      - heading: Status
        field: status
        codes: {active: Current, on_leave: Current, suspended: Current, pending: Current, left: Former, inactive: Former}
      - Join Date: employment_start_date
      - Left Date: employment_end_date
      - Dept Code: unit_code
      - Dept Name: unit_name
      - Cost Centre Code: unit_cost_centre
    """)

  static let sage = ReadyTable(
    "sage-employees.csv",
    """
    # Sage 50 Payroll (UK). Which columns tell a leaver differs from version to version: match them when you import.
    dates: dd/MM/yyyy
    booleans: [1, 0]
    columns:
      - Employee Reference: employee_reference
      - heading: Payroll ID
        first_of: [external_ids.payroll, external_ids.finance, employee_reference]
      - {heading: Forename, field: first_name, required: true}
      - {heading: Surname, field: last_name, required: true}
      - Job Title: job_title
      - Work Start Date: employment_start_date
      - Work End Date: employment_end_date
      - heading: Leaver
        field: status
        codes: {active: 0, on_leave: 0, suspended: 0, pending: 0, left: 1, inactive: 1}
      - Department: unit_name
      - Cost Centre: unit_cost_centre
    """)
}
