-- Accounts as they were known, from the landed rows and their versions; and what each session and
-- deal was about.
-- From core also: accounts of deals, merges of accounts and who they lead to.
create temp table account_row as
with

told as (
    select
        v.account_id, v.is_key_account, v.owner_alias, v.created_date, v.source_system,
        row_number() over (
            partition by v.account_id
            order by
                (v.row_status = 'accepted' and v.stamped_at is null) desc,
                coalesce(v.stamped_date <= c.as_of, false) desc,
                (v.stamped_at is not null) desc,
                case when v.stamped_date <= c.as_of then epoch_us(v.stamped_at) end desc nulls last,
                v.stamped_at nulls last, v.row_status, v._load_id desc, v._source_file desc,
                v._source_row desc
        ) as place
    from warehouse.intermediate.int_account_version_conformed as v
    cross join clock as c
),

known as (
    select account_id, is_key_account, owner_alias, created_date, source_system
    from told
    where place = 1
    union all
    select account_id, is_key_account, owner_alias, created_date, source_system
    from warehouse.intermediate.int_account_conformed
    where account_id not in (select account_id from told)
)

select
    a.account_id,
    coalesce(a.is_key_account, false) as is_key,
    a.created_date,
    a.source_system,
    coalesce(k.person_id, '(unassigned)') as owner_id
from known as a
cross join clock as c
left join known_as as k
    on
        k.system = a.source_system and k.alias = a.owner_alias
        and c.as_of >= k.valid_from and c.as_of < k.valid_to
where
    a.account_id not in (
        select merged_account_id from warehouse.intermediate.int_account_merged
    )
    and a.account_id not in (
        select record_key
        from warehouse.intermediate.int_record_deleted
        where entity = 'account' and deleted_date <= c.as_of and restored_date > c.as_of
    );

create temp table account_name as
select source_system, alias, account_id
from warehouse.intermediate.int_account_alias;

-- What a list of another system calls an account: only a name that means one account.
create temp table account_anywhere as
select alias, any_value(account_id) as account_id
from account_name
group by alias
having count(distinct account_id) = 1;

create temp table deal_account as
select
    d.opportunity_id,
    kept.account_id
from build.core.fct_opportunity as d
inner join build.core.fct_opportunity as kept
    on kept.opportunity_id = coalesce(d.merged_into_opportunity_id, d.opportunity_id);
