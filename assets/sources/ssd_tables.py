"""The tables of the Standard Safeguarding Dataset (SSD) that the children in need census needs.

Names and types are those of release 1.4.5. Columns only: no foreign keys, because authorities' builds do not hold them
and an orphan must arrive to be counted. The metadata names no schema (each authority chooses its own); every identifier
in the extractor's SQL comes from here.
"""

from sqlalchemy import Boolean, Column, DateTime, Integer, MetaData, Table, Unicode

RELEASE = "1.4.5"
MADE_HERE = "Invented data: no child in it ever lived."  # in the version log of an invented authority

SSD = MetaData()

Table(
    "ssd_person",
    SSD,
    Column("pers_legacy_id", Unicode(48)),
    Column("pers_person_id", Unicode(48), primary_key=True),
    Column("pers_upn", Unicode(13)),
    Column("pers_forename", Unicode(100)),
    Column("pers_surname", Unicode(255)),
    Column("pers_sex", Unicode(20)),
    Column("pers_gender", Unicode(10)),
    Column("pers_ethnicity", Unicode(48)),
    Column("pers_dob", DateTime),
    Column("pers_single_unique_id", Unicode(48)),
    Column("pers_upn_unknown", Unicode(6)),
    Column("pers_send_flag", Unicode(5)),
    Column("pers_expected_dob", DateTime),
    Column("pers_death_date", DateTime),
    Column("pers_is_mother", Unicode(1)),
    Column("pers_nationality", Unicode(48)),
)
Table(
    "ssd_disability",
    SSD,
    Column("disa_table_id", Unicode(48), primary_key=True),
    Column("disa_person_id", Unicode(48), index=True),
    Column("disa_disability_code", Unicode(48)),
)
Table(
    "ssd_linked_identifiers",
    SSD,
    Column("link_table_id", Unicode(48), primary_key=True),
    Column("link_person_id", Unicode(48), index=True),
    Column("link_identifier_type", Unicode(100)),
    Column("link_identifier_value", Unicode(100)),
    Column("link_valid_from_date", DateTime),
    Column("link_valid_to_date", DateTime),
)
Table(
    "ssd_cin_episodes",
    SSD,
    Column("cine_referral_id", Unicode(48), primary_key=True),
    Column("cine_person_id", Unicode(48), index=True),
    Column("cine_referral_date", DateTime),
    Column("cine_cin_primary_need_code", Unicode(3)),
    Column("cine_referral_source_code", Unicode(48)),
    Column("cine_referral_source_desc", Unicode(255)),
    Column("cine_referral_outcome_json", Unicode(4000)),
    Column("cine_referral_nfa", Unicode(1)),
    Column("cine_close_reason", Unicode(100)),
    Column("cine_close_date", DateTime),
    Column("cine_referral_team", Unicode(48)),
    Column("cine_referral_worker_id", Unicode(48)),
)
Table(
    "ssd_cin_assessments",
    SSD,
    Column("cina_assessment_id", Unicode(48), primary_key=True),
    Column("cina_person_id", Unicode(48), index=True),
    Column("cina_referral_id", Unicode(48), index=True),
    Column("cina_assessment_start_date", DateTime),
    Column("cina_assessment_child_seen", Unicode(1)),
    Column("cina_assessment_auth_date", DateTime),
    Column("cina_assessment_outcome_json", Unicode(1000)),
    Column("cina_assessment_outcome_nfa", Unicode(1)),
    Column("cina_assessment_team", Unicode(48)),
    Column("cina_assessment_worker_id", Unicode(100)),
)
Table(
    "ssd_assessment_factors",
    SSD,
    Column("cinf_table_id", Unicode(48), primary_key=True),
    Column("cinf_assessment_id", Unicode(48), primary_key=True),
    Column("cinf_assessment_factors_json", Unicode),
)
Table(
    "ssd_cin_plans",
    SSD,
    Column("cinp_cin_plan_id", Unicode(48), primary_key=True),
    Column("cinp_referral_id", Unicode(48), index=True),
    Column("cinp_person_id", Unicode(48), index=True),
    Column("cinp_cin_plan_start_date", DateTime),
    Column("cinp_cin_plan_end_date", DateTime),
    Column("cinp_cin_plan_team", Unicode(48)),
    Column("cinp_cin_plan_worker_id", Unicode(100)),
)
Table(
    "ssd_s47_enquiry",
    SSD,
    Column("s47e_s47_enquiry_id", Unicode(48), primary_key=True),
    Column("s47e_referral_id", Unicode(48), index=True),
    Column("s47e_person_id", Unicode(48), index=True),
    Column("s47e_s47_start_date", DateTime),
    Column("s47e_s47_end_date", DateTime),
    Column("s47e_s47_nfa", Unicode(1)),
    Column("s47e_s47_outcome_json", Unicode(1000)),
    Column("s47e_s47_completed_by_team", Unicode(48)),
    Column("s47e_s47_completed_by_worker_id", Unicode(100)),
)
Table(
    "ssd_initial_cp_conference",
    SSD,
    Column("icpc_icpc_id", Unicode(48), primary_key=True),
    Column("icpc_icpc_meeting_id", Unicode(48)),
    Column("icpc_s47_enquiry_id", Unicode(48), index=True),
    Column("icpc_person_id", Unicode(48), index=True),
    Column("icpc_cp_plan_id", Unicode(48), index=True),
    Column("icpc_referral_id", Unicode(48), index=True),
    Column("icpc_icpc_transfer_in", Unicode(1)),
    Column("icpc_icpc_target_date", DateTime),
    Column("icpc_icpc_date", DateTime),
    Column("icpc_icpc_outcome_cp_flag", Unicode(1)),
    Column("icpc_icpc_outcome_json", Unicode(1000)),
    Column("icpc_icpc_team", Unicode(48)),
    Column("icpc_icpc_worker_id", Unicode(100)),
)
Table(
    "ssd_cp_plans",
    SSD,
    Column("cppl_cp_plan_id", Unicode(48), primary_key=True),
    Column("cppl_referral_id", Unicode(48), index=True),
    Column("cppl_icpc_id", Unicode(48), index=True),
    Column("cppl_person_id", Unicode(48), index=True),
    Column("cppl_cp_plan_start_date", DateTime),
    Column("cppl_cp_plan_end_date", DateTime),
    Column("cppl_cp_plan_ola", Unicode(1)),
    Column("cppl_cp_plan_initial_category", Unicode(100)),
    Column("cppl_cp_plan_latest_category", Unicode(100)),
)
Table(
    "ssd_cp_reviews",
    SSD,
    Column("cppr_cp_review_id", Unicode(48), primary_key=True),
    Column("cppr_person_id", Unicode(48), index=True),
    Column("cppr_cp_plan_id", Unicode(48), index=True),
    Column("cppr_cp_review_due", DateTime),
    Column("cppr_cp_review_date", DateTime),
    Column("cppr_cp_review_meeting_id", Unicode(48)),
    Column("cppr_cp_review_outcome_continue_cp", Unicode(1)),
    Column("cppr_cp_review_quorate", Unicode(100)),
    Column("cppr_cp_review_participation", Unicode(100)),
)
Table(
    "ssd_pre_proceedings",
    SSD,
    Column("prep_table_id", Unicode(48), primary_key=True),
    Column("prep_person_id", Unicode(48), index=True),
    Column("prep_plo_family_id", Unicode(48)),
    Column("prep_pre_pro_decision_date", DateTime),
    Column("prep_initial_pre_pro_meeting_date", DateTime),
    Column("prep_pre_pro_outcome", Unicode(100)),
    Column("prep_agree_stepdown_issue_date", DateTime),
    Column("prep_cp_plans_referral_period", Integer),
    Column("prep_legal_gateway_outcome", Unicode(100)),
    Column("prep_prev_pre_proc_child", Integer),
    Column("prep_prev_care_proc_child", Integer),
    Column("prep_pre_pro_letter_date", DateTime),
    Column("prep_care_pro_letter_date", DateTime),
    Column("prep_pre_pro_meetings_num", Integer),
    Column("prep_pre_pro_parents_legal_rep", Unicode(1)),
    Column("prep_parents_legal_rep_point_of_issue", Unicode(2)),
    Column("prep_court_reference", Unicode(48)),
    Column("prep_care_proc_court_hearings", Integer),
    Column("prep_care_proc_short_notice", Unicode(1)),
    Column("prep_proc_short_notice_reason", Unicode(100)),
    Column("prep_la_inital_plan_approved", Unicode(1)),
    Column("prep_la_initial_care_plan", Unicode(100)),
    Column("prep_la_final_plan_approved", Unicode(1)),
    Column("prep_la_final_care_plan", Unicode(100)),
)
Table(
    "ssd_version_log",
    SSD,
    Column("version_number", Unicode),
    Column("release_date", DateTime),
    Column("description", Unicode),
    Column("is_current", Boolean),
    Column("created_at", DateTime),
    Column("created_by", Unicode),
    Column("impact_description", Unicode),
)
