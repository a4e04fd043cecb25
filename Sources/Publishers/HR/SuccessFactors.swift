/// SAP SuccessFactors, "Employee Import" of the user data file.
///
/// Source: SAP knowledge base article 2087504; the columns' order is that of SAP's template.
enum SuccessFactors {
  static let users = ReadyTable(
    "successfactors-users.csv",
    """
    # Two header rows, in which the first two labels must stay as they are; managers stand above those whom they manage.
    header_rows: 2
    sort: managers_first
    columns:
      - heading: STATUS
        label: STATUS
        field: is_active
        codes: {true: active, false: inactive}
      - {heading: USERID, label: USERID, field: employee_reference}
      - {heading: USERNAME, label: Username, first_of: [email, employee_reference]}
      - {heading: FIRSTNAME, label: First Name, field: first_name, required: true}
      - {heading: LASTNAME, label: Last Name, field: last_name, required: true}
      - {heading: GENDER, label: Gender, constant: ""}
      - {heading: EMAIL, label: Email, field: email}
      # Some instances expect NO_MGR: ask your SuccessFactors administrator.
      - {heading: MANAGER, label: Manager, field: line_manager, empty: NO_MANAGER}
      - {heading: HR, label: Human Resource, constant: NO_HR}
      - {heading: DEPARTMENT, label: Department, field: unit_name}
      - {heading: DIVISION, label: Division, field: unit_parent_name}
      - {heading: TITLE, label: Title, field: job_title}
      - {heading: HIREDATE, label: Hire Date, field: employment_start_date, date_format: MM/dd/yyyy}
      - {heading: TIMEZONE, label: Timezone, constant: ""}
    """)
}
