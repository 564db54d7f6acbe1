<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ko_KR" sourcelanguage="en">
    <context>
        <name>AccountsPanel</name>
        <message>
            <source>Start a demo grid on the simulated market</source>
            <translation>시뮬레이션 시장에서 데모 그리드 시작</translation>
        </message>
        <message>
            <source>There is no account yet. A demo needs neither an exchange nor money.</source>
            <translation>아직 계좌가 없습니다. 데모에는 거래소도 돈도 필요하지 않습니다.</translation>
        </message>
    </context>
    <context>
        <name>ArbitrageDesk</name>
        <message>
            <source>Close now</source>
            <translation>지금 청산</translation>
        </message>
        <message>
            <source>Daily result</source>
            <translation>일별 손익</translation>
        </message>
        <message>
            <source>Inventory</source>
            <translation>보유 자산</translation>
        </message>
        <message>
            <source>Opportunities</source>
            <translation>기회 기록</translation>
        </message>
        <message>
            <source>Spread board</source>
            <translation>스프레드 보드</translation>
        </message>
        <message>
            <source>Spread charts</source>
            <translation>스프레드 차트</translation>
        </message>
        <message>
            <source>Two-leg positions</source>
            <translation>양방향 포지션</translation>
        </message>
    </context>
    <context>
        <name>ArbitrageDialog</name>
        <message>
            <source>Add</source>
            <translation>추가</translation>
        </message>
        <message>
            <source>Add and start</source>
            <translation>추가하고 시작</translation>
        </message>
        <message>
            <source>An arbitrage bot needs two accounts that trade the same symbol; open the second one first.</source>
            <translation>차익거래 봇에는 같은 종목을 거래하는 계정이 두 개 필요합니다. 두 번째 계정을 먼저 여십시오.</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>적용</translation>
        </message>
        <message>
            <source>At the best prices of now; on the board {size} {base} cost {percent} % of slippage.</source>
            <translation>지금의 최우선 호가 기준입니다. 보드에서 {size} {base}의 슬리피지는 {percent} %입니다.</translation>
        </message>
        <message>
            <source>At the best prices of now; the slippage of your size is known once the pair is watched.</source>
            <translation>지금의 최우선 호가 기준입니다. 내 수량의 슬리피지는 종목을 감시하면 알 수 있습니다.</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Edit {bot}</source>
            <translation>{bot} 수정</translation>
        </message>
        <message>
            <source>New arbitrage bot</source>
            <translation>새 차익거래 봇</translation>
        </message>
        <message>
            <source>New arbitrage bot like {bot}</source>
            <translation>{bot}와(과) 같은 새 차익거래 봇</translation>
        </message>
        <message>
            <source>What an entry would be now is not known: a price or the rate is missing.</source>
            <translation>지금 진입하면 어떻게 될지 알 수 없습니다. 가격이나 환율이 없습니다.</translation>
        </message>
        <message>
            <source>{base} premium</source>
            <translation>{base} 프리미엄</translation>
        </message>
        <message>
            <source>{bot} copy</source>
            <translation>{bot} 사본</translation>
        </message>
    </context>
    <context>
        <name>BoardBar</name>
        <message>
            <source>Filter the board</source>
            <translation>보드 걸러 보기</translation>
        </message>
        <message>
            <source>Filter, such as XRP</source>
            <translation>걸러 보기 (예: XRP)</translation>
        </message>
        <message>
            <source>Only favourites</source>
            <translation>즐겨찾기만</translation>
        </message>
    </context>
    <context>
        <name>BoardPanel</name>
        <message>
            <source>Choose symbols of two exchanges: their premium at your size stands here, live.</source>
            <translation>두 거래소의 종목을 고르면 내 주문 크기 기준의 프리미엄이 여기에 실시간으로 표시됩니다.</translation>
        </message>
        <message>
            <source>Mark as favourite</source>
            <translation>즐겨찾기 표시</translation>
        </message>
        <message>
            <source>New arbitrage bot…</source>
            <translation>새 차익거래 봇…</translation>
        </message>
        <message>
            <source>No watched pair fits the filter.</source>
            <translation>조건에 맞는 감시 종목이 없습니다.</translation>
        </message>
        <message>
            <source>Open the spread chart</source>
            <translation>스프레드 차트 열기</translation>
        </message>
        <message>
            <source>Show all pairs</source>
            <translation>모두 보기</translation>
        </message>
        <message>
            <source>Stop watching</source>
            <translation>감시 해제</translation>
        </message>
        <message>
            <source>Watch it differently…</source>
            <translation>감시 설정 변경…</translation>
        </message>
        <message>
            <source>Watch pairs…</source>
            <translation>종목 감시…</translation>
        </message>
    </context>
    <context>
        <name>BotActs</name>
        <message>
            <source>Clone…</source>
            <translation>복제…</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>삭제</translation>
        </message>
        <message>
            <source>Edit…</source>
            <translation>수정…</translation>
        </message>
        <message>
            <source>New grid…</source>
            <translation>새 그리드…</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>일시정지</translation>
        </message>
        <message>
            <source>Run on this desk</source>
            <translation>이 데스크에서 실행</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>시작</translation>
        </message>
        <message>
            <source>Stop and keep</source>
            <translation>정지(보유)</translation>
        </message>
        <message>
            <source>Stop and sell</source>
            <translation>정지(매도)</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>되돌리기</translation>
        </message>
        <message>
            <source>{bots} come to this desk with their account as soon as what is under way has ended.</source>
            <translation>진행 중인 작업이 끝나는 대로 {bots} 봇이 계좌와 함께 이 데스크로 옵니다.</translation>
        </message>
        <message>
            <source>{bot} was deleted; its history stays.</source>
            <translation>{bot} 봇을 삭제했습니다. 기록은 남아 있습니다.</translation>
        </message>
    </context>
    <context>
        <name>BotFilter</name>
        <message>
            <source>Only the chosen bot</source>
            <translation>선택한 봇만</translation>
        </message>
        <message>
            <source>Only {bot}</source>
            <translation>{bot} 봇만</translation>
        </message>
    </context>
    <context>
        <name>BotLines</name>
        <message>
            <source>Entry (net): {bot}</source>
            <translation>진입(순차익): {bot}</translation>
        </message>
        <message>
            <source>Exit (premium): {bot}</source>
            <translation>청산(프리미엄): {bot}</translation>
        </message>
    </context>
    <context>
        <name>BotsPanel</name>
        <message>
            <source>Start a demo grid on the simulated market</source>
            <translation>시뮬레이션 시장에서 데모 그리드 시작</translation>
        </message>
        <message>
            <source>There is no bot yet. A grid bot buys low and sells high between two prices you choose.</source>
            <translation>아직 봇이 없습니다. 그리드 봇은 정해 둔 두 가격 사이에서 싸게 사고 비싸게 팝니다.</translation>
        </message>
    </context>
    <context>
        <name>Bridge</name>
        <message>
            <source>The engine stopped before it answered; look at the state, then ask again.</source>
            <translation>엔진이 응답하기 전에 멈췄습니다. 상태를 확인한 뒤 다시 시도하십시오.</translation>
        </message>
    </context>
    <context>
        <name>ChartActs</name>
        <message>
            <source>All</source>
            <translation>전체</translation>
        </message>
        <message>
            <source>All there is</source>
            <translation>전체 기간</translation>
        </message>
        <message>
            <source>Apply the held line</source>
            <translation>잡은 선 적용</translation>
        </message>
        <message>
            <source>Choose the pair</source>
            <translation>페어 선택</translation>
        </message>
        <message>
            <source>Held line down</source>
            <translation>잡은 선 내리기</translation>
        </message>
        <message>
            <source>Held line down by a tenth</source>
            <translation>잡은 선 0.1 내리기</translation>
        </message>
        <message>
            <source>Held line up</source>
            <translation>잡은 선 올리기</translation>
        </message>
        <message>
            <source>Held line up by a tenth</source>
            <translation>잡은 선 0.1 올리기</translation>
        </message>
        <message>
            <source>Hold an entry line</source>
            <translation>진입선 잡기</translation>
        </message>
        <message>
            <source>Hold an exit line</source>
            <translation>청산선 잡기</translation>
        </message>
        <message>
            <source>Link</source>
            <translation>연동</translation>
        </message>
        <message>
            <source>Next chart</source>
            <translation>다음 차트</translation>
        </message>
        <message>
            <source>One chart</source>
            <translation>차트 1개</translation>
        </message>
        <message>
            <source>Same time in all charts</source>
            <translation>모든 차트를 같은 시간으로</translation>
        </message>
        <message>
            <source>Save as a picture…</source>
            <translation>그림으로 저장…</translation>
        </message>
        <message>
            <source>Save the values…</source>
            <translation>값 저장…</translation>
        </message>
        <message>
            <source>Show: {way}</source>
            <translation>표시: {way}</translation>
        </message>
        <message>
            <source>Take the held line back</source>
            <translation>잡은 선 되돌리기</translation>
        </message>
        <message>
            <source>The last {length}</source>
            <translation>최근 {length}</translation>
        </message>
        <message>
            <source>To the newest reading</source>
            <translation>최신 값으로</translation>
        </message>
        <message>
            <source>{count} charts</source>
            <translation>차트 {count}개</translation>
        </message>
    </context>
    <context>
        <name>ChartBar</name>
        <message>
            <source>More for charts</source>
            <translation>차트 메뉴</translation>
        </message>
        <message>
            <source>Pair</source>
            <translation>페어</translation>
        </message>
    </context>
    <context>
        <name>ChartPanel</name>
        <message>
            <source>Save what is on show</source>
            <translation>보이는 내용 저장</translation>
        </message>
        <message>
            <source>The picture is in {path}.</source>
            <translation>그림을 {path}에 저장했습니다.</translation>
        </message>
        <message>
            <source>{count} values are in {path}.</source>
            <translation>값 {count}개를 {path}에 저장했습니다.</translation>
        </message>
    </context>
    <context>
        <name>CommandPalette</name>
        <message>
            <source>Type an act or a bot</source>
            <translation>명령이나 봇 이름을 입력하십시오</translation>
        </message>
    </context>
    <context>
        <name>DailyPanel</name>
        <message>
            <source>No two-leg position was closed yet; what each day brings stands here, with its parts.</source>
            <translation>아직 청산된 양방향 포지션이 없습니다. 하루하루의 손익과 그 구성이 여기에 표시됩니다.</translation>
        </message>
    </context>
    <context>
        <name>DayBars</name>
        <message>
            <source>Daily result</source>
            <translation>일별 손익</translation>
        </message>
        <message>
            <source>{count} days: {sum}</source>
            <translation>{count}일 합계: {sum}</translation>
        </message>
    </context>
    <context>
        <name>DemoStart</name>
        <message>
            <source>Demo grid</source>
            <translation>데모 그리드</translation>
        </message>
        <message>
            <source>Demo grid {number}</source>
            <translation>데모 그리드 {number}</translation>
        </message>
        <message>
            <source>The demo found no grid that pays at the present price; add one yourself.</source>
            <translation>현재 가격에서 수익이 나는 데모 그리드를 찾지 못했습니다. 직접 만들어 주십시오.</translation>
        </message>
        <message>
            <source>The simulated market gave no price within 20 seconds; look at the log, then try again.</source>
            <translation>시뮬레이션 시장에서 20초 동안 가격이 오지 않았습니다. 로그를 확인한 뒤 다시 시도하십시오.</translation>
        </message>
    </context>
    <context>
        <name>DeskActs</name>
        <message>
            <source>Belongs to desk…</source>
            <translation>소속 데스크…</translation>
        </message>
        <message>
            <source>Move account {name} to desk {desk}</source>
            <translation>{name} 계좌를 {desk} 데스크로 옮기기</translation>
        </message>
        <message>
            <source>Move to desk…</source>
            <translation>다른 데스크로 옮기기…</translation>
        </message>
        <message>
            <source>No desk</source>
            <translation>소속 없음</translation>
        </message>
        <message>
            <source>Run account {name} on this desk</source>
            <translation>{name} 계좌를 이 데스크에서 실행</translation>
        </message>
        <message>
            <source>Run on this desk</source>
            <translation>이 데스크에서 실행</translation>
        </message>
        <message>
            <source>This desk ({name})</source>
            <translation>이 데스크({name})</translation>
        </message>
        <message>
            <source>{account} belongs to desk {desk}, which takes it whenever it runs.</source>
            <translation>{account} 계좌는 {desk} 데스크 소속입니다. 그 데스크가 실행되면 언제든 가져갑니다.</translation>
        </message>
        <message>
            <source>{account} belongs to no desk; it stays where it is.</source>
            <translation>{account} 계좌는 소속 데스크가 없습니다. 지금 있는 곳에 그대로 둡니다.</translation>
        </message>
        <message>
            <source>{account} comes to this desk with its bots as soon as what is under way has ended.</source>
            <translation>진행 중인 작업이 끝나는 대로 {account} 계좌가 봇과 함께 이 데스크로 옵니다.</translation>
        </message>
        <message>
            <source>{account} goes to desk {desk} with its bots as soon as what is under way has ended.</source>
            <translation>진행 중인 작업이 끝나는 대로 {account} 계좌가 봇과 함께 {desk} 데스크로 갑니다.</translation>
        </message>
    </context>
    <context>
        <name>Desktop</name>
        <message>
            <source>Stopping: resting orders are handled and everything is written down, then the window closes.</source>
            <translation>종료 중입니다. 대기 주문을 정리하고 모두 기록한 뒤 창을 닫습니다.</translation>
        </message>
    </context>
    <context>
        <name>DifferenceStrip</name>
        <message>
            <source>Apply</source>
            <translation>적용</translation>
        </message>
        <message>
            <source>Applying…</source>
            <translation>적용 중…</translation>
        </message>
        <message>
            <source>Change the bot (Return)</source>
            <translation>봇 설정을 바꿉니다 (Return)</translation>
        </message>
        <message>
            <source>Leave the bot as it is (Esc)</source>
            <translation>봇을 그대로 둡니다 (Esc)</translation>
        </message>
        <message>
            <source>Left of a round trip: {after} % (now {before} %){money}</source>
            <translation>왕복 후 남는 몫: {after} % (지금 {before} %){money}</translation>
        </message>
        <message>
            <source>Orders now: none</source>
            <translation>지금 나갈 주문: 없음</translation>
        </message>
        <message>
            <source>Orders now: none; without the change {count}</source>
            <translation>지금 나갈 주문: 없음 (바꾸지 않으면 {count}건)</translation>
        </message>
        <message>
            <source>Orders now: {count} ({what}, {size} {base} each side)</source>
            <translation>지금 나갈 주문: {count}건 ({what}, 양쪽 각 {size} {base})</translation>
        </message>
        <message>
            <source>Reached in {after} % of the time on show (now {before} %)</source>
            <translation>보이는 기간의 {after} %에서 도달 (지금 {before} %)</translation>
        </message>
        <message>
            <source>Take back</source>
            <translation>되돌리기</translation>
        </message>
        <message>
            <source>{bot} closes at a premium of {after} % (now {before} %)</source>
            <translation>{bot}: 프리미엄 {after} %에서 청산 (지금 {before} %)</translation>
        </message>
        <message>
            <source>{bot} enters from a net premium of {after} % (now {before} %)</source>
            <translation>{bot}: 순차익 {after} %부터 진입 (지금 {before} %)</translation>
        </message>
    </context>
    <context>
        <name>DockTitle</name>
        <message>
            <source>Close this panel</source>
            <translation>이 패널 닫기</translation>
        </message>
        <message>
            <source>Float or dock</source>
            <translation>분리 또는 고정</translation>
        </message>
    </context>
    <context>
        <name>EntryChart</name>
        <message>
            <source>Close</source>
            <translation>청산</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>진입</translation>
        </message>
        <message>
            <source>Nothing is recorded of this pair yet; watch it to see its premium here.</source>
            <translation>이 종목은 아직 기록이 없습니다. 감시하면 프리미엄이 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>Premiums of the last day</source>
            <translation>최근 하루의 프리미엄</translation>
        </message>
        <message>
            <source>The premiums of the past cannot be read: {reason}</source>
            <translation>지난 프리미엄을 읽을 수 없습니다: {reason}</translation>
        </message>
    </context>
    <context>
        <name>EntrySummary</name>
        <message>
            <source>Fees of an entry</source>
            <translation>진입 수수료</translation>
        </message>
        <message>
            <source>Foreign leg now</source>
            <translation>지금 해외 다리</translation>
        </message>
        <message>
            <source>Home leg now</source>
            <translation>지금 국내 다리</translation>
        </message>
        <message>
            <source>Net now</source>
            <translation>지금 순차익</translation>
        </message>
        <message>
            <source>Round trip</source>
            <translation>왕복 손익</translation>
        </message>
        <message>
            <source>and {fee} abroad</source>
            <translation>해외 {fee}</translation>
        </message>
        <message>
            <source>at {price}; needs {needed}</source>
            <translation>{price}에, 필요 {needed}</translation>
        </message>
        <message>
            <source>it enters from {percent} %</source>
            <translation>{percent} %부터 진입</translation>
        </message>
        <message>
            <source>{money} a position</source>
            <translation>포지션당 {money}</translation>
        </message>
    </context>
    <context>
        <name>EquityPanel</name>
        <message>
            <source>Closed</source>
            <translation>실현</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Equity chart</source>
            <translation>자산 차트</translation>
        </message>
        <message>
            <source>Matched</source>
            <translation>실현 수익</translation>
        </message>
        <message>
            <source>Profit</source>
            <translation>수익</translation>
        </message>
        <message>
            <source>The curve's past cannot be read: {reason}</source>
            <translation>과거 자산 곡선을 읽을 수 없습니다: {reason}</translation>
        </message>
        <message>
            <source>The profit of a running bot is drawn here from its first fill on.</source>
            <translation>실행 중인 봇의 수익이 첫 체결부터 여기에 그려집니다.</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>합계</translation>
        </message>
    </context>
    <context>
        <name>FillsPanel</name>
        <message>
            <source>Nothing was bought or sold yet; every execution appears here.</source>
            <translation>아직 체결이 없습니다. 모든 체결이 여기에 표시됩니다.</translation>
        </message>
    </context>
    <context>
        <name>FirstEntryDialog</name>
        <message>
            <source>At the best prices of now; an entry waits until its premium is there.</source>
            <translation>지금의 최우선 호가 기준입니다. 진입은 프리미엄이 기준에 닿을 때까지 기다립니다.</translation>
        </message>
        <message>
            <source>First entry of {bot} with real money</source>
            <translation>{bot}의 첫 실거래 진입</translation>
        </message>
        <message>
            <source>It is asked once for each bot. {what}</source>
            <translation>봇마다 한 번만 묻습니다. {what}</translation>
        </message>
        <message>
            <source>Let it enter</source>
            <translation>진입 허용</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>나중에</translation>
        </message>
        <message>
            <source>One of its two markets is not there, so its orders cannot be shown.</source>
            <translation>두 시장 중 하나가 없어 주문을 표시할 수 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>FirstOrdersDialog</name>
        <message>
            <source>First orders of {bot} with real money</source>
            <translation>{bot}의 첫 실거래 주문</translation>
        </message>
        <message>
            <source>Its market has no price yet, so its orders cannot be shown.</source>
            <translation>아직 시세가 없어 주문을 보여 드릴 수 없습니다.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>나중에</translation>
        </message>
        <message>
            <source>Send these orders</source>
            <translation>이 주문 보내기</translation>
        </message>
        <message>
            <source>{count} orders go to {account} now. They use {capital} of {free} that are free; fees are {start} at once and {all} when all of them have filled. It is asked once for each bot.</source>
            <translation>지금 {account} 계좌로 주문 {count}건이 나갑니다. 사용 가능한 {free} 중 {capital}을(를) 쓰며, 수수료는 바로 {start}, 모두 체결되면 {all}입니다. 봇마다 한 번만 묻습니다.</translation>
        </message>
    </context>
    <context>
        <name>GoLiveDialog</name>
        <message>
            <source>Account</source>
            <translation>계좌</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Exchange</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>From then on the bots of this account trade real money.</source>
            <translation>그때부터 이 계좌의 봇이 실제 돈으로 거래합니다.</translation>
        </message>
        <message>
            <source>Go live</source>
            <translation>실거래 켜기</translation>
        </message>
        <message>
            <source>Go live with {account}</source>
            <translation>{account} 실거래 켜기</translation>
        </message>
        <message>
            <source>Go live without a rehearsal</source>
            <translation>연습 없이 실거래 켜기</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>키</translation>
        </message>
        <message>
            <source>Key looked at</source>
            <translation>키 확인</translation>
        </message>
        <message>
            <source>Money</source>
            <translation>자금</translation>
        </message>
        <message>
            <source>Rehearsal on paper</source>
            <translation>모의 연습</translation>
        </message>
        <message>
            <source>The exchange has not been asked about the key yet.</source>
            <translation>아직 거래소에 키를 확인하지 않았습니다.</translation>
        </message>
        <message>
            <source>Type {name} to go live.</source>
            <translation>실거래를 켜려면 {name}을(를) 입력하십시오.</translation>
        </message>
        <message>
            <source>{age} ago</source>
            <translation>{age} 전</translation>
        </message>
    </context>
    <context>
        <name>GridChart</name>
        <message>
            <source>Market of the last weeks</source>
            <translation>최근 몇 주의 시장</translation>
        </message>
        <message>
            <source>Older candles cannot be read: {reason}</source>
            <translation>이전 캔들을 읽을 수 없습니다: {reason}</translation>
        </message>
    </context>
    <context>
        <name>GridDialog</name>
        <message>
            <source>Add</source>
            <translation>추가</translation>
        </message>
        <message>
            <source>Add and start</source>
            <translation>추가하고 시작</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>적용</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Edit {bot}</source>
            <translation>{bot} 수정</translation>
        </message>
        <message>
            <source>For a suggestion the market needs two days of candles on record.</source>
            <translation>추천하려면 이 시장의 캔들 기록이 이틀치 이상 필요합니다.</translation>
        </message>
        <message>
            <source>From {days} days of candles ({since} to {until}): 5 % of hourly lows lie under it, 5 % of hourly highs over it, and a step is about one average hour ({atr} {quote}). It would have closed {cycles} cycles then.</source>
            <translation>{days}일치 캔들({since}~{until}) 기준: 시간별 저가의 5 %가 범위 아래, 시간별 고가의 5 %가 범위 위에 있고, 한 칸은 평균 한 시간 변동폭({atr} {quote})에 가깝습니다. 그 기간에 {cycles}회 사이클이 완료되었을 것입니다.</translation>
        </message>
        <message>
            <source>New grid</source>
            <translation>새 그리드</translation>
        </message>
        <message>
            <source>New grid like {bot}</source>
            <translation>{bot} 복제</translation>
        </message>
        <message>
            <source>Suggest a range</source>
            <translation>범위 추천</translation>
        </message>
        <message>
            <source>{bot} copy</source>
            <translation>{bot} 사본</translation>
        </message>
        <message>
            <source>{symbol} grid</source>
            <translation>{symbol} 그리드</translation>
        </message>
    </context>
    <context>
        <name>GridFields</name>
        <message>
            <source>Allocation</source>
            <translation>배분</translation>
        </message>
        <message>
            <source>Equal percent (geometric)</source>
            <translation>등비 간격</translation>
        </message>
        <message>
            <source>Equal steps (arithmetic)</source>
            <translation>등차 간격</translation>
        </message>
        <message>
            <source>Investment</source>
            <translation>투자금</translation>
        </message>
        <message>
            <source>Lines</source>
            <translation>그리드 간격</translation>
        </message>
        <message>
            <source>Lower price</source>
            <translation>하한 가격</translation>
        </message>
        <message>
            <source>Lower stop</source>
            <translation>하한 정지</translation>
        </message>
        <message>
            <source>Market</source>
            <translation>시장</translation>
        </message>
        <message>
            <source>More</source>
            <translation>더 보기</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>그리드 수</translation>
        </message>
        <message>
            <source>Put a rung's profit into its next buys</source>
            <translation>그리드 수익을 다음 매수에 재투자</translation>
        </message>
        <message>
            <source>Rest only, never take (post-only)</source>
            <translation>메이커 주문만 (post-only)</translation>
        </message>
        <message>
            <source>Same quantity on every rung</source>
            <translation>칸마다 같은 수량</translation>
        </message>
        <message>
            <source>Same value on every rung</source>
            <translation>칸마다 같은 금액</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>주문 크기</translation>
        </message>
        <message>
            <source>Start at price</source>
            <translation>시작 가격</translation>
        </message>
        <message>
            <source>Stop loss</source>
            <translation>손절</translation>
        </message>
        <message>
            <source>Take profit</source>
            <translation>익절</translation>
        </message>
        <message>
            <source>Upper price</source>
            <translation>상한 가격</translation>
        </message>
        <message>
            <source>Upper stop</source>
            <translation>상한 정지</translation>
        </message>
        <message>
            <source>Use base the account already holds</source>
            <translation>계좌가 보유한 코인 사용</translation>
        </message>
        <message>
            <source>What happens to the base the bot holds when this stop is reached.</source>
            <translation>이 조건에 닿았을 때 봇이 보유한 코인을 어떻게 할지 정합니다.</translation>
        </message>
        <message>
            <source>at once</source>
            <translation>즉시</translation>
        </message>
        <message>
            <source>investment over equity</source>
            <translation>투자금 ÷ 자산</translation>
        </message>
        <message>
            <source>none</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>then keep</source>
            <translation>후 보유</translation>
        </message>
        <message>
            <source>then sell</source>
            <translation>후 매도</translation>
        </message>
    </context>
    <context>
        <name>GridForm</name>
        <message>
            <source>Now {price}; prices move in steps of {step}.</source>
            <translation>현재가 {price}, 호가 단위 {step}.</translation>
        </message>
        <message>
            <source>The account holds {base} free.</source>
            <translation>계좌에 {base} 사용 가능.</translation>
        </message>
        <message>
            <source>grids</source>
            <translation>개</translation>
        </message>
        <message>
            <source>{free} {quote} are free; each order must reach {least} {quote}.</source>
            <translation>사용 가능 {free} {quote}, 주문당 최소 {least} {quote}.</translation>
        </message>
        <message>
            <source>{minimum} to {maximum}; the venue lets {orders} orders rest.</source>
            <translation>{minimum}~{maximum}개, 거래소 대기 주문 한도 {orders}건.</translation>
        </message>
    </context>
    <context>
        <name>GridSummary</name>
        <message>
            <source>Capital needed</source>
            <translation>필요 자금</translation>
        </message>
        <message>
            <source>Fees of the start</source>
            <translation>시작 수수료</translation>
        </message>
        <message>
            <source>Orders now</source>
            <translation>지금 나갈 주문</translation>
        </message>
        <message>
            <source>Profit per rung</source>
            <translation>칸당 수익</translation>
        </message>
        <message>
            <source>after buying {base}</source>
            <translation>{base} 매수 후</translation>
        </message>
        <message>
            <source>and {base} held</source>
            <translation>및 보유 {base}</translation>
        </message>
        <message>
            <source>for base bought or sold</source>
            <translation>매수·매도한 코인 기준</translation>
        </message>
        <message>
            <source>nothing is bought first</source>
            <translation>먼저 매수하지 않음</translation>
        </message>
        <message>
            <source>{buys} buys, {sells} sells</source>
            <translation>매수 {buys}건, 매도 {sells}건</translation>
        </message>
        <message>
            <source>{leverage}x, liquidation at {price} ({percent} % below)</source>
            <translation>{leverage}배, 강제 청산가 {price} ({percent} % 아래)</translation>
        </message>
        <message>
            <source>{leverage}x, no liquidation</source>
            <translation>{leverage}배, 강제 청산 없음</translation>
        </message>
        <message>
            <source>{low} to {high}</source>
            <translation>{low} ~ {high}</translation>
        </message>
    </context>
    <context>
        <name>InventoryPanel</name>
        <message>
            <source>Only what arbitrage bots need</source>
            <translation>차익거래 봇에 필요한 것만</translation>
        </message>
        <message>
            <source>What lies on each venue stands here, and for how many entries of an arbitrage bot it lasts.</source>
            <translation>거래소마다 보유한 자산과 차익거래 봇이 몇 번 더 진입할 수 있는지 여기에 표시됩니다.</translation>
        </message>
    </context>
    <context>
        <name>LadderPanel</name>
        <message>
            <source>Changing to the new ladder: old orders go, base is bought or sold to fit.</source>
            <translation>새 그리드로 변경 중: 기존 주문을 취소하고 수량을 맞춥니다.</translation>
        </message>
        <message>
            <source>Choose a bot, or make a new grid, to see its ladder here.</source>
            <translation>봇을 선택하거나 새 그리드를 만들면 사다리가 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>New grid...</source>
            <translation>새 그리드…</translation>
        </message>
        <message>
            <source>No desk runs this bot: its orders rest as they are and nothing is decided.</source>
            <translation>이 봇을 실행하는 데스크가 없습니다. 주문은 그대로 대기하고 새로 판단하지 않습니다.</translation>
        </message>
        <message>
            <source>Not started: this is the ladder as planned at the present price.</source>
            <translation>시작 전: 현재 가격 기준으로 계획한 사다리입니다.</translation>
        </message>
        <message>
            <source>Not traded until you have looked: the log says what happened.</source>
            <translation>확인할 때까지 거래하지 않습니다. 무슨 일이 있었는지는 로그에 있습니다.</translation>
        </message>
        <message>
            <source>Paused: nothing rests on the venue, every rung is kept as it is.</source>
            <translation>일시정지: 거래소에 대기 주문이 없으며 모든 칸은 그대로 유지됩니다.</translation>
        </message>
        <message>
            <source>Rungs</source>
            <translation>그리드 칸</translation>
        </message>
        <message>
            <source>Starting: the first base is being bought, then the ladder is placed.</source>
            <translation>시작 중: 첫 물량을 매수한 뒤 주문을 배치합니다.</translation>
        </message>
        <message>
            <source>Stopping: the orders are being cancelled.</source>
            <translation>정지 중: 주문을 취소하고 있습니다.</translation>
        </message>
        <message>
            <source>The desk {desk} runs this bot; the price is the last recorded one.</source>
            <translation>{desk} 데스크가 실행하는 봇입니다. 가격은 마지막으로 기록된 값입니다.</translation>
        </message>
        <message>
            <source>Waiting for the trigger price: this is the ladder as planned.</source>
            <translation>시작 가격 대기 중: 계획한 사다리입니다.</translation>
        </message>
    </context>
    <context>
        <name>LadderView</name>
        <message>
            <source>Ladder</source>
            <translation>사다리</translation>
        </message>
    </context>
    <context>
        <name>LiveActs</name>
        <message>
            <source>Accept the key as it is</source>
            <translation>바뀐 키 받아들이기</translation>
        </message>
        <message>
            <source>Add a symbol to {account}…</source>
            <translation>{account} 계좌에 종목 추가…</translation>
        </message>
        <message>
            <source>Add a symbol…</source>
            <translation>종목 추가…</translation>
        </message>
        <message>
            <source>Confirm first orders…</source>
            <translation>첫 주문 확인…</translation>
        </message>
        <message>
            <source>Connecting to {name}…</source>
            <translation>{name}에 연결하는 중…</translation>
        </message>
        <message>
            <source>Go dark</source>
            <translation>실거래 끄기</translation>
        </message>
        <message>
            <source>Go dark with {account}</source>
            <translation>{account} 실거래 끄기</translation>
        </message>
        <message>
            <source>Go dark with {names}? {count} resting orders are cancelled and nothing is sent any more; bots keep what they hold.</source>
            <translation>{names} 실거래를 끌까요? 대기 주문 {count}건이 취소되고 더는 아무 주문도 나가지 않습니다. 봇이 가진 물량은 그대로입니다.</translation>
        </message>
        <message>
            <source>Go live with {account}…</source>
            <translation>{account} 실거래 켜기…</translation>
        </message>
        <message>
            <source>Go live…</source>
            <translation>실거래 켜기…</translation>
        </message>
        <message>
            <source>Open a live account…</source>
            <translation>실계좌 열기…</translation>
        </message>
        <message>
            <source>Show them…</source>
            <translation>보기…</translation>
        </message>
        <message>
            <source>{bot} would send its first orders with real money; it waits until you have seen them.</source>
            <translation>{bot}이(가) 첫 실거래 주문을 보내려 합니다. 확인하실 때까지 기다립니다.</translation>
        </message>
        <message>
            <source>{changes} Trade on with it?</source>
            <translation>{changes} 이대로 계속 거래할까요?</translation>
        </message>
        <message>
            <source>{name} is connected and switched off: no order is sent until you go live.</source>
            <translation>{name}이(가) 연결되었고 꺼져 있습니다. 실거래를 켜기 전에는 주문이 나가지 않습니다.</translation>
        </message>
        <message>
            <source>{name} is live: its bots trade real money from now on.</source>
            <translation>{name} 실거래가 켜졌습니다. 이제 봇이 실제 돈으로 거래합니다.</translation>
        </message>
        <message>
            <source>{name} trades {symbols} as well from now on.</source>
            <translation>이제 {name} 계좌가 {symbols} 종목도 거래합니다.</translation>
        </message>
    </context>
    <context>
        <name>LiveFrame</name>
        <message>
            <source>LIVE: real money of {accounts}. Its first orders wait until you have seen them.</source>
            <translation>실거래: {accounts}의 실제 돈입니다. 첫 주문은 확인하실 때까지 기다립니다.</translation>
        </message>
    </context>
    <context>
        <name>LogPanel</name>
        <message>
            <source>All levels</source>
            <translation>모든 단계</translation>
        </message>
        <message>
            <source>Errors only</source>
            <translation>오류만</translation>
        </message>
        <message>
            <source>Look and errors</source>
            <translation>주의와 오류</translation>
        </message>
        <message>
            <source>Nothing happened yet; every decision of a bot is written here.</source>
            <translation>아직 기록이 없습니다. 봇의 모든 결정이 여기에 남습니다.</translation>
        </message>
    </context>
    <context>
        <name>MainWindow</name>
        <message>
            <source>Accounts</source>
            <translation>계좌</translation>
        </message>
        <message>
            <source>Bot {name}, {symbol}</source>
            <translation>봇 {name}, {symbol}</translation>
        </message>
        <message>
            <source>Bots</source>
            <translation>봇</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Fills</source>
            <translation>체결</translation>
        </message>
        <message>
            <source>LIVE</source>
            <translation>실거래</translation>
        </message>
        <message>
            <source>Ladder</source>
            <translation>사다리</translation>
        </message>
        <message>
            <source>Log</source>
            <translation>로그</translation>
        </message>
        <message>
            <source>Markets</source>
            <translation>시장</translation>
        </message>
        <message>
            <source>Open orders</source>
            <translation>미체결 주문</translation>
        </message>
        <message>
            <source>Positions</source>
            <translation>포지션</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>가격</translation>
        </message>
        <message>
            <source>Truth</source>
            <translation>대조</translation>
        </message>
    </context>
    <context>
        <name>MarketsPanel</name>
        <message>
            <source>No market is connected; a recorded file plays a market back at any speed.</source>
            <translation>연결된 시장이 없습니다. 기록 파일을 열면 원하는 속도로 시장을 재생합니다.</translation>
        </message>
        <message>
            <source>Open a recorded file…</source>
            <translation>기록 파일 열기…</translation>
        </message>
    </context>
    <context>
        <name>OpenLiveDialog</name>
        <message>
            <source>A name has 1 to 60 letters, digits, dots, dashes or underscores.</source>
            <translation>이름은 글자, 숫자, 점, 줄표, 밑줄로 1~60자입니다.</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Exchange</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>키</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>One account trades against one currency, not against {quotes}.</source>
            <translation>한 계좌는 한 통화로만 거래합니다. {quotes}을(를) 함께 쓸 수 없습니다.</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Open a live account</source>
            <translation>실계좌 열기</translation>
        </message>
        <message>
            <source>Symbols</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>The exchange's name, when left out.</source>
            <translation>비워 두면 거래소 이름을 씁니다.</translation>
        </message>
        <message>
            <source>The vault has no key of {exchange}; credential add exchange {exchange} puts one there.</source>
            <translation>금고에 {exchange} 키가 없습니다. credential add exchange {exchange} 명령으로 넣으십시오.</translation>
        </message>
        <message>
            <source>There is an account {name} already; choose another name.</source>
            <translation>{name} 계좌가 이미 있습니다. 다른 이름을 고르십시오.</translation>
        </message>
        <message>
            <source>What bots may trade here, with commas between.</source>
            <translation>봇이 거래할 종목을 쉼표로 구분해 적습니다.</translation>
        </message>
        <message>
            <source>Your own account there. It begins switched off: it shows everything and sends no order.</source>
            <translation>거래소에 있는 본인의 계좌입니다. 처음에는 꺼져 있어 모두 보여 주기만 하고 주문은 보내지 않습니다.</translation>
        </message>
        <message>
            <source>{symbol} is no symbol; write BASE/QUOTE, such as BTC/KRW.</source>
            <translation>{symbol}은(는) 종목이 아닙니다. BTC/KRW처럼 적으십시오.</translation>
        </message>
    </context>
    <context>
        <name>Openings</name>
        <message>
            <source>Connecting to {name}…</source>
            <translation>{name}에 연결하는 중…</translation>
        </message>
        <message>
            <source>New grid…</source>
            <translation>새 그리드…</translation>
        </message>
        <message>
            <source>Reading {name}…</source>
            <translation>{name} 읽는 중…</translation>
        </message>
        <message>
            <source>The practice account {name} is connected. Add a grid to trade on it.</source>
            <translation>연습 계좌 {name}이(가) 연결되었습니다. 그리드를 추가해 거래하세요.</translation>
        </message>
        <message>
            <source>{name} is live, with paper money. Add a grid to trade on it.</source>
            <translation>{name}이(가) 모의 자금으로 연결되었습니다. 그리드를 추가해 거래하세요.</translation>
        </message>
        <message>
            <source>{name} is playing. Add a grid to trade on it.</source>
            <translation>{name} 재생 중입니다. 그리드를 추가해 거래해 보십시오.</translation>
        </message>
    </context>
    <context>
        <name>OpportunitiesPanel</name>
        <message>
            <source>Last day</source>
            <translation>최근 하루</translation>
        </message>
        <message>
            <source>Last month</source>
            <translation>최근 한 달</translation>
        </message>
        <message>
            <source>Last week</source>
            <translation>최근 한 주</translation>
        </message>
        <message>
            <source>No recorded premium was worth an entry in this span; watched pairs are looked at all the time.</source>
            <translation>이 기간에는 진입할 만한 프리미엄이 기록되지 않았습니다. 감시 중인 종목은 계속 살펴봅니다.</translation>
        </message>
        <message>
            <source>Span</source>
            <translation>기간</translation>
        </message>
        <message>
            <source>Watch pairs…</source>
            <translation>종목 감시…</translation>
        </message>
    </context>
    <context>
        <name>OrdersPanel</name>
        <message>
            <source>No order rests on a venue now.</source>
            <translation>지금 거래소에 대기 중인 주문이 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>PaceBar</name>
        <message>
            <source>As fast as possible</source>
            <translation>최대 속도</translation>
        </message>
        <message>
            <source>Choose a market to play, pause or speed it up.</source>
            <translation>시장을 선택하면 재생, 일시정지, 배속을 조절할 수 있습니다.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>일시정지</translation>
        </message>
        <message>
            <source>Play</source>
            <translation>재생</translation>
        </message>
        <message>
            <source>Real time</source>
            <translation>실시간</translation>
        </message>
        <message>
            <source>{venue} is a live market; its time is not ours to set.</source>
            <translation>{venue} 시장은 실시간이라 속도를 바꿀 수 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>PairDemo</name>
        <message>
            <source>Demo arbitrage</source>
            <translation>데모 차익거래</translation>
        </message>
        <message>
            <source>The simulated markets gave no prices within 20 seconds; look at the log, then try again.</source>
            <translation>시뮬레이션 시장이 20초 안에 가격을 내지 않았습니다. 로그를 확인하고 다시 시도하십시오.</translation>
        </message>
    </context>
    <context>
        <name>PairFields</name>
        <message>
            <source>A leg may rest</source>
            <translation>주문 대기 한도</translation>
        </message>
        <message>
            <source>Abroad</source>
            <translation>해외</translation>
        </message>
        <message>
            <source>Book at most</source>
            <translation>호가 경과 한도</translation>
        </message>
        <message>
            <source>Close at</source>
            <translation>청산 기준</translation>
        </message>
        <message>
            <source>Depth at least</source>
            <translation>최소 호가 잔량</translation>
        </message>
        <message>
            <source>Enter from</source>
            <translation>진입 기준</translation>
        </message>
        <message>
            <source>FX from</source>
            <translation>환율 출처</translation>
        </message>
        <message>
            <source>Funding for</source>
            <translation>펀딩 반영</translation>
        </message>
        <message>
            <source>Home</source>
            <translation>국내</translation>
        </message>
        <message>
            <source>If legs differ</source>
            <translation>불균형 처리</translation>
        </message>
        <message>
            <source>Legs</source>
            <translation>주문 방식</translation>
        </message>
        <message>
            <source>Legs may differ</source>
            <translation>불균형 한도</translation>
        </message>
        <message>
            <source>More</source>
            <translation>더 보기</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>이름</translation>
        </message>
        <message>
            <source>Pause between</source>
            <translation>진입 간격</translation>
        </message>
        <message>
            <source>Positions</source>
            <translation>최대 포지션</translation>
        </message>
        <message>
            <source>Rate at most</source>
            <translation>환율 경과 한도</translation>
        </message>
        <message>
            <source>Seen in a row</source>
            <translation>연속 확인</translation>
        </message>
        <message>
            <source>Share abroad</source>
            <translation>해외 비중</translation>
        </message>
        <message>
            <source>Share at home</source>
            <translation>국내 비중</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>Slippage at most</source>
            <translation>슬리피지 한도</translation>
        </message>
        <message>
            <source>Step of entries</source>
            <translation>추가 진입 간격</translation>
        </message>
        <message>
            <source>Value at most</source>
            <translation>최대 금액</translation>
        </message>
        <message>
            <source>Ways</source>
            <translation>방향</translation>
        </message>
        <message>
            <source>days</source>
            <translation>일</translation>
        </message>
        <message>
            <source>for</source>
            <translation>유지 시간</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>제한 없음</translation>
        </message>
        <message>
            <source>s</source>
            <translation>초</translation>
        </message>
        <message>
            <source>sizes</source>
            <translation>배</translation>
        </message>
        <message>
            <source>times</source>
            <translation>회</translation>
        </message>
        <message>
            <source>what it needs</source>
            <translation>필요한 만큼</translation>
        </message>
    </context>
    <context>
        <name>PairForm</name>
        <message>
            <source>Free: {quote} and {base}.</source>
            <translation>사용 가능: {quote}, {base}.</translation>
        </message>
        <message>
            <source>Net premium at which it enters, after both fees and slippage.</source>
            <translation>양쪽 수수료와 슬리피지를 뺀 순차익이 이 값 이상이면 진입합니다.</translation>
        </message>
        <message>
            <source>Of each entry, in steps of {increment}.</source>
            <translation>진입 한 번의 수량, {increment} 단위입니다.</translation>
        </message>
        <message>
            <source>Premium of the way back at which it closes, before fees.</source>
            <translation>되돌아올 때의 프리미엄(수수료 전)이 이 값에 닿으면 청산합니다.</translation>
        </message>
        <message>
            <source>at once</source>
            <translation>개</translation>
        </message>
    </context>
    <context>
        <name>PaperDialog</name>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Exchange</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>Its live market, with paper money: nothing is ever ordered there, and no key is needed.</source>
            <translation>모의 자금으로 거래하는 실시간 시장입니다. 실제 주문은 전송되지 않으며 키도 필요 없습니다.</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Open a paper account</source>
            <translation>모의 계좌 열기</translation>
        </message>
        <message>
            <source>Starting cash</source>
            <translation>시작 자금</translation>
        </message>
        <message>
            <source>Starting cash must be a number above 0.</source>
            <translation>시작 자금은 0보다 큰 숫자여야 합니다.</translation>
        </message>
        <message>
            <source>Symbol</source>
            <translation>심볼</translation>
        </message>
        <message>
            <source>Write it as BASE/QUOTE, such as XRP/KRW.</source>
            <translation>XRP/KRW처럼 기초/상대 형식으로 입력하세요.</translation>
        </message>
        <message>
            <source>the usual amount</source>
            <translation>기본 금액</translation>
        </message>
    </context>
    <context>
        <name>PositionsPanel</name>
        <message>
            <source>No bot holds anything now.</source>
            <translation>지금 보유 중인 봇이 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>PracticeDialog</name>
        <message>
            <source>A host is a name or an address, such as 127.0.0.1.</source>
            <translation>호스트는 127.0.0.1 같은 주소나 이름이어야 합니다.</translation>
        </message>
        <message>
            <source>A name has 1 to 60 letters, digits, dots, dashes or underscores.</source>
            <translation>이름은 글자, 숫자, 점, 붙임표, 밑줄 1~60자여야 합니다.</translation>
        </message>
        <message>
            <source>A port is a whole number from 1 to 65,535.</source>
            <translation>포트는 1부터 65,535까지의 정수여야 합니다.</translation>
        </message>
        <message>
            <source>A practice exchange is started with practice serve; its money is invented, and desks share it.</source>
            <translation>연습 거래소는 practice serve 명령으로 시작합니다. 돈은 가상이며 여러 데스크가 함께 씁니다.</translation>
        </message>
        <message>
            <source>Account</source>
            <translation>계좌</translation>
        </message>
        <message>
            <source>An account that the exchange does not know yet begins with its first money.</source>
            <translation>거래소에 없는 계좌 이름이면 처음 자금으로 새로 시작합니다.</translation>
        </message>
        <message>
            <source>Asking…</source>
            <translation>확인 중…</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Host</source>
            <translation>호스트</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Open a practice account</source>
            <translation>연습 계좌 열기</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>포트</translation>
        </message>
    </context>
    <context>
        <name>PricePanel</name>
        <message>
            <source>Another desk hears this market; this is the last recorded price.</source>
            <translation>다른 데스크가 수신하는 시장입니다. 마지막으로 기록된 가격을 보여 줍니다.</translation>
        </message>
        <message>
            <source>Bars of {length}</source>
            <translation>{length} 봉</translation>
        </message>
        <message>
            <source>Follow the market again (End)</source>
            <translation>시장 다시 따라가기 (End)</translation>
        </message>
        <message>
            <source>Older candles cannot be read: {reason}</source>
            <translation>이전 캔들을 읽을 수 없습니다: {reason}</translation>
        </message>
        <message>
            <source>Price chart</source>
            <translation>가격 차트</translation>
        </message>
        <message>
            <source>Start a demo grid or open a recorded file to see the price of its market here.</source>
            <translation>데모 그리드를 시작하거나 기록 파일을 열면 시장 가격이 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>The last price is {age} old.</source>
            <translation>마지막 가격이 {age} 전 것입니다.</translation>
        </message>
        <message>
            <source>The recording has ended.</source>
            <translation>기록 재생이 끝났습니다.</translation>
        </message>
        <message>
            <source>To the newest bar</source>
            <translation>최신 봉으로</translation>
        </message>
        <message>
            <source>{symbol} has had no price yet.</source>
            <translation>{symbol} 가격이 아직 없습니다.</translation>
        </message>
    </context>
    <context>
        <name>RecordingDialog</name>
        <message>
            <source>As fast as possible</source>
            <translation>최대 속도</translation>
        </message>
        <message>
            <source>As the file's name says</source>
            <translation>파일 이름에 따름</translation>
        </message>
        <message>
            <source>Browse...</source>
            <translation>찾아보기…</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>File</source>
            <translation>파일</translation>
        </message>
        <message>
            <source>For example XRP/KRW; a file named upbit_XRP-KRW_1m says it itself.</source>
            <translation>예: XRP/KRW. upbit_XRP-KRW_1m 같은 파일 이름이면 자동으로 정해집니다.</translation>
        </message>
        <message>
            <source>In base</source>
            <translation>코인 수량 기준</translation>
        </message>
        <message>
            <source>In quote</source>
            <translation>금액 기준</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Open a recorded market</source>
            <translation>기록된 시장 열기</translation>
        </message>
        <message>
            <source>Parquet or CSV with ts, open, high, low, close, volume</source>
            <translation>ts, open, high, low, close, volume 열이 있는 Parquet 또는 CSV</translation>
        </message>
        <message>
            <source>Real time</source>
            <translation>실시간</translation>
        </message>
        <message>
            <source>Recorded markets ({endings})</source>
            <translation>시장 기록 ({endings})</translation>
        </message>
        <message>
            <source>Speed</source>
            <translation>속도</translation>
        </message>
        <message>
            <source>Starting cash</source>
            <translation>시작 자금</translation>
        </message>
        <message>
            <source>Starting cash must be a number above 0.</source>
            <translation>시작 자금은 0보다 큰 숫자여야 합니다.</translation>
        </message>
        <message>
            <source>Symbol</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>There is no such file.</source>
            <translation>그런 파일이 없습니다.</translation>
        </message>
        <message>
            <source>Venue rules</source>
            <translation>거래소 규칙</translation>
        </message>
        <message>
            <source>Volume</source>
            <translation>거래량 단위</translation>
        </message>
        <message>
            <source>as the file's name says</source>
            <translation>파일 이름에 따름</translation>
        </message>
        <message>
            <source>the usual amount</source>
            <translation>기본 금액</translation>
        </message>
        <message>
            <source>{count} times</source>
            <translation>{count}배</translation>
        </message>
    </context>
    <context>
        <name>RepairDialog</name>
        <message>
            <source>Asking the venue…</source>
            <translation>거래소에 묻는 중…</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Look again</source>
            <translation>다시 확인</translation>
        </message>
        <message>
            <source>Nothing needs a repair any more.</source>
            <translation>이제 바로잡을 것이 없습니다.</translation>
        </message>
        <message>
            <source>Repair</source>
            <translation>바로잡기</translation>
        </message>
        <message>
            <source>Repair {account}</source>
            <translation>{account} 바로잡기</translation>
        </message>
        <message>
            <source>This is real money.</source>
            <translation>실제 돈입니다.</translation>
        </message>
        <message>
            <source>{asked} orders are asked about, {cancelled} are cancelled, {booked} entries are booked. Because of it bots place {placed} orders worth {value}.</source>
            <translation>주문 {asked}건을 확인하고 {cancelled}건을 취소하며 장부에 {booked}건을 기입합니다. 그 결과 봇이 {value}어치 주문 {placed}건을 냅니다.</translation>
        </message>
    </context>
    <context>
        <name>SignInDialog</name>
        <message>
            <source>An administrator can set a new one; nobody can look up the old one.</source>
            <translation>관리자가 새로 정해 줄 수 있으며, 기존 비밀번호는 누구도 볼 수 없습니다.</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>비밀번호</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>서버</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>로그인</translation>
        </message>
        <message>
            <source>Sign in to Gridwright</source>
            <translation>Gridwright 로그인</translation>
        </message>
        <message>
            <source>Signing in…</source>
            <translation>로그인 중…</translation>
        </message>
        <message>
            <source>User</source>
            <translation>사용자</translation>
        </message>
    </context>
    <context>
        <name>SpreadChart</name>
        <message>
            <source>Choose symbols of two exchanges to watch: their premium is drawn here, live and from the past.</source>
            <translation>두 거래소의 종목을 골라 보세요. 프리미엄이 과거부터 실시간까지 여기에 그려집니다.</translation>
        </message>
        <message>
            <source>Entry {number}: {what}</source>
            <translation>진입 {number}: {what}</translation>
        </message>
        <message>
            <source>Exit {number}: {what}</source>
            <translation>청산 {number}: {what}</translation>
        </message>
        <message>
            <source>Net</source>
            <translation>순차익</translation>
        </message>
        <message>
            <source>Nothing was heard of this pair yet.</source>
            <translation>이 페어의 시세가 아직 없습니다.</translation>
        </message>
        <message>
            <source>Premium</source>
            <translation>프리미엄</translation>
        </message>
        <message>
            <source>Premium {premium} %, net {net} %</source>
            <translation>프리미엄 {premium} %, 순차익 {net} %</translation>
        </message>
        <message>
            <source>Reading the past of this pair…</source>
            <translation>이 페어의 기록을 읽는 중…</translation>
        </message>
        <message>
            <source>Result {money} ({percent} %)</source>
            <translation>손익 {money} ({percent} %)</translation>
        </message>
        <message>
            <source>Spread chart</source>
            <translation>스프레드 차트</translation>
        </message>
        <message>
            <source>The last books are {age} old.</source>
            <translation>마지막 호가가 {age} 지났습니다.</translation>
        </message>
        <message>
            <source>The past of this pair cannot be read: {reason}</source>
            <translation>이 페어의 기록을 읽을 수 없습니다: {reason}</translation>
        </message>
        <message>
            <source>This pair is not watched now; what was recorded of it is shown.</source>
            <translation>지금은 감시하지 않는 페어입니다. 기록된 값을 보여 줍니다.</translation>
        </message>
        <message>
            <source>Watch pairs…</source>
            <translation>종목 감시…</translation>
        </message>
        <message>
            <source>bought</source>
            <translation>매수</translation>
        </message>
        <message>
            <source>sold</source>
            <translation>매도</translation>
        </message>
        <message>
            <source>{premium}; rate {rate} ({source})</source>
            <translation>{premium}; 환율 {rate} ({source})</translation>
        </message>
        <message>
            <source>{venue}: nothing {what} yet</source>
            <translation>{venue}: {what} 체결 아직 없음</translation>
        </message>
        <message>
            <source>{venue}: {what} {size} {base} at {price}, slippage {bps} bps</source>
            <translation>{venue}: {price}에 {size} {base} {what}, 슬리피지 {bps} bps</translation>
        </message>
    </context>
    <context>
        <name>StatusLine</name>
        <message>
            <source>Cache</source>
            <translation>캐시</translation>
        </message>
        <message>
            <source>Database</source>
            <translation>데이터베이스</translation>
        </message>
        <message>
            <source>Engine</source>
            <translation>엔진</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Feed</source>
            <translation>시세</translation>
        </message>
        <message>
            <source>Halt all</source>
            <translation>전체 중단</translation>
        </message>
        <message>
            <source>Resume trading</source>
            <translation>거래 재개</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>오늘</translation>
        </message>
        <message>
            <source>down</source>
            <translation>끊김</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>종료</translation>
        </message>
        <message>
            <source>up</source>
            <translation>정상</translation>
        </message>
        <message>
            <source>{count} records are waiting to be written.</source>
            <translation>기록 {count}건이 저장을 기다리고 있습니다.</translation>
        </message>
    </context>
    <context>
        <name>Strip</name>
        <message>
            <source>Close (Esc)</source>
            <translation>닫기 (Esc)</translation>
        </message>
    </context>
    <context>
        <name>SymbolDialog</name>
        <message>
            <source>Add</source>
            <translation>추가</translation>
        </message>
        <message>
            <source>Add symbols to {account}</source>
            <translation>{account} 계좌에 종목 추가</translation>
        </message>
        <message>
            <source>Add without a rehearsal</source>
            <translation>연습 없이 추가</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>It trades {symbols} now. It is connected anew for a moment; resting orders stay.</source>
            <translation>지금 거래 종목: {symbols}. 잠시 다시 연결되며, 미체결 주문은 그대로 남습니다.</translation>
        </message>
        <message>
            <source>It trades {symbol} already.</source>
            <translation>이미 거래하는 종목입니다: {symbol}</translation>
        </message>
        <message>
            <source>Symbols</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>This account trades against {quote}.</source>
            <translation>이 계좌의 결제 통화는 {quote}입니다.</translation>
        </message>
        <message>
            <source>{symbol} is no symbol; write BASE/QUOTE, such as BTC/KRW.</source>
            <translation>{symbol}은(는) 종목이 아닙니다. BTC/KRW처럼 BASE/QUOTE로 적으십시오.</translation>
        </message>
    </context>
    <context>
        <name>TopBar</name>
        <message>
            <source>Menu</source>
            <translation>메뉴</translation>
        </message>
    </context>
    <context>
        <name>TruthActs</name>
        <message>
            <source>The repair {plan} is under way; what it does is in the log.</source>
            <translation>바로잡기 {plan}을(를) 시작했습니다. 내용은 로그에 남습니다.</translation>
        </message>
    </context>
    <context>
        <name>TruthPanel</name>
        <message>
            <source>As of {age} ago</source>
            <translation>{age} 전 기준</translation>
        </message>
        <message>
            <source>Asking…</source>
            <translation>묻는 중…</translation>
        </message>
        <message>
            <source>Compare with the venue</source>
            <translation>거래소와 대조</translation>
        </message>
        <message>
            <source>Here our books stand beside the venue's: each rung, each position and each balance, with the cause of every difference and a repair that shows its orders before it sends them.</source>
            <translation>여기서 우리 장부와 거래소를 나란히 봅니다. 칸, 포지션, 잔고마다 차이와 그 원인을 보여 주고, 바로잡기 전에 나갈 주문을 먼저 보여 줍니다.</translation>
        </message>
        <message>
            <source>Only differences</source>
            <translation>차이만 보기</translation>
        </message>
        <message>
            <source>Our books and the venue's say the same: every order, every position, every balance.</source>
            <translation>우리 장부와 거래소가 같습니다. 주문, 포지션, 잔고가 모두 맞습니다.</translation>
        </message>
        <message>
            <source>Repair…</source>
            <translation>바로잡기…</translation>
        </message>
        <message>
            <source>Show only differences</source>
            <translation>차이만 보기 전환</translation>
        </message>
    </context>
    <context>
        <name>TwoLegPanel</name>
        <message>
            <source>Close now…</source>
            <translation>지금 청산…</translation>
        </message>
        <message>
            <source>New arbitrage bot…</source>
            <translation>새 차익거래 봇…</translation>
        </message>
        <message>
            <source>No two-leg position is open: each entry of an arbitrage bot stands here until both legs are back.</source>
            <translation>열린 양방향 포지션이 없습니다. 차익거래 봇의 진입은 양쪽 다리가 모두 청산될 때까지 여기에 표시됩니다.</translation>
        </message>
        <message>
            <source>Open the chart of this position</source>
            <translation>이 포지션의 차트 열기</translation>
        </message>
    </context>
    <context>
        <name>UnlockDialog</name>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>It is used once to open the vault and is kept nowhere.</source>
            <translation>금고를 여는 데 한 번만 쓰고 어디에도 남기지 않습니다.</translation>
        </message>
        <message>
            <source>Passphrase</source>
            <translation>암호문</translation>
        </message>
        <message>
            <source>The command line makes a vault and changes its passphrase: vault create, vault passphrase.</source>
            <translation>금고를 만들거나 암호문을 바꾸려면 명령줄에서 vault create, vault passphrase를 쓰십시오.</translation>
        </message>
        <message>
            <source>These accounts wait for it: {names}</source>
            <translation>금고가 열리기를 기다리는 계좌: {names}</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>열기</translation>
        </message>
        <message>
            <source>Unlock the vault</source>
            <translation>금고 열기</translation>
        </message>
        <message>
            <source>Unlocking…</source>
            <translation>여는 중…</translation>
        </message>
    </context>
    <context>
        <name>VaultActs</name>
        <message>
            <source>Lock the vault</source>
            <translation>금고 잠그기</translation>
        </message>
        <message>
            <source>Lock the vault? What is connected goes on; nothing can be connected again until somebody unlocks.</source>
            <translation>금고를 잠글까요? 연결된 계좌는 계속 거래하지만, 다시 열 때까지 새로 연결할 수 없습니다.</translation>
        </message>
        <message>
            <source>The vault is locked, so these accounts are not traded: {names}</source>
            <translation>금고가 잠겨 있어 다음 계좌는 거래하지 않습니다: {names}</translation>
        </message>
        <message>
            <source>The vault is open; accounts that waited for it are connected now.</source>
            <translation>금고가 열렸습니다. 기다리던 계좌를 지금 연결합니다.</translation>
        </message>
        <message>
            <source>Unlock the vault…</source>
            <translation>금고 열기…</translation>
        </message>
    </context>
    <context>
        <name>VaultMark</name>
        <message>
            <source>The vault is locked; click to unlock it.</source>
            <translation>금고가 잠겨 있습니다. 누르면 열 수 있습니다.</translation>
        </message>
        <message>
            <source>The vault is open.</source>
            <translation>금고가 열려 있습니다.</translation>
        </message>
        <message>
            <source>These accounts wait for it: {names}</source>
            <translation>금고가 열리기를 기다리는 계좌: {names}</translation>
        </message>
        <message>
            <source>Vault locked</source>
            <translation>금고 잠김</translation>
        </message>
        <message>
            <source>Vault locked, accounts waiting: {count}</source>
            <translation>금고 잠김, 대기 계좌 {count}개</translation>
        </message>
    </context>
    <context>
        <name>WatchDialog</name>
        <message>
            <source>Abroad</source>
            <translation>해외</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>FX from</source>
            <translation>환율 출처</translation>
        </message>
        <message>
            <source>For so long funding of a future abroad is counted into the net premium.</source>
            <translation>이 기간의 해외 선물 펀딩을 순차익에 반영합니다.</translation>
        </message>
        <message>
            <source>Funding for</source>
            <translation>펀딩 반영</translation>
        </message>
        <message>
            <source>Home</source>
            <translation>국내</translation>
        </message>
        <message>
            <source>My size</source>
            <translation>주문 크기</translation>
        </message>
        <message>
            <source>One size in base does not suit all symbols; say a value.</source>
            <translation>모든 종목에 같은 수량을 쓸 수는 없습니다. 금액으로 적으십시오.</translation>
        </message>
        <message>
            <source>Opportunity from</source>
            <translation>기회 기준</translation>
        </message>
        <message>
            <source>Quote</source>
            <translation>결제 통화</translation>
        </message>
        <message>
            <source>Record every</source>
            <translation>기록 간격</translation>
        </message>
        <message>
            <source>Say for which size the premium is worked out, above 0.</source>
            <translation>프리미엄을 계산할 주문 크기를 0보다 크게 적으십시오.</translation>
        </message>
        <message>
            <source>Such as BTC, ETH, XRP; left empty, all that both exchanges trade.</source>
            <translation>예: BTC, ETH, XRP. 비워 두면 두 거래소가 함께 거래하는 모든 종목입니다.</translation>
        </message>
        <message>
            <source>Symbols</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>This must be a number of at least 0.</source>
            <translation>0 이상의 숫자여야 합니다.</translation>
        </message>
        <message>
            <source>This must be a number.</source>
            <translation>숫자여야 합니다.</translation>
        </message>
        <message>
            <source>Watch</source>
            <translation>감시</translation>
        </message>
        <message>
            <source>Watch pairs</source>
            <translation>종목 감시</translation>
        </message>
        <message>
            <source>all that both trade</source>
            <translation>함께 거래하는 모든 종목</translation>
        </message>
        <message>
            <source>base</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>days</source>
            <translation>일</translation>
        </message>
        <message>
            <source>opportunities only</source>
            <translation>기회만</translation>
        </message>
        <message>
            <source>{foreign} is counted in {home} by {pair}.</source>
            <translation>{foreign}을(를) {pair}(으)로 {home}(으)로 환산합니다.</translation>
        </message>
        <message>
            <source>{symbol} is no symbol; write BASE, such as BTC.</source>
            <translation>{symbol}은(는) 종목이 아닙니다. BTC처럼 적으십시오.</translation>
        </message>
    </context>
    <context>
        <name>WelcomeStrip</name>
        <message>
            <source>Close</source>
            <translation>닫기</translation>
        </message>
        <message>
            <source>Open a recorded file…</source>
            <translation>기록 파일 열기…</translation>
        </message>
        <message>
            <source>Start a demo arbitrage</source>
            <translation>데모 차익거래 시작</translation>
        </message>
        <message>
            <source>Start a demo grid on the simulated market</source>
            <translation>시뮬레이션 시장에서 데모 그리드 시작</translation>
        </message>
        <message>
            <source>Welcome. No exchange and no money is needed to try it: start a demo, or play back a recorded market.</source>
            <translation>환영합니다. 거래소 계정이나 돈 없이 바로 써 볼 수 있습니다. 데모를 시작하거나 기록된 시장을 재생하십시오.</translation>
        </message>
    </context>
    <context>
        <name>WindowActs</name>
        <message>
            <source>All commands…</source>
            <translation>모든 명령…</translation>
        </message>
        <message>
            <source>Blue up, orange down</source>
            <translation>파랑 상승, 주황 하락</translation>
        </message>
        <message>
            <source>Close the message</source>
            <translation>메시지 닫기</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>어둡게</translation>
        </message>
        <message>
            <source>Green up, red down</source>
            <translation>초록 상승, 빨강 하락</translation>
        </message>
        <message>
            <source>Halt all</source>
            <translation>전체 중단</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>언어</translation>
        </message>
        <message>
            <source>Layout</source>
            <translation>배치</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>밝게</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>화면</translation>
        </message>
        <message>
            <source>Open a paper account…</source>
            <translation>모의 계좌 열기…</translation>
        </message>
        <message>
            <source>Open a practice account…</source>
            <translation>연습 계좌 열기…</translation>
        </message>
        <message>
            <source>Open a recorded file…</source>
            <translation>기록 파일 열기…</translation>
        </message>
        <message>
            <source>Panel {name}</source>
            <translation>패널 {name}</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>종료</translation>
        </message>
        <message>
            <source>Red up, blue down</source>
            <translation>빨강 상승, 파랑 하락</translation>
        </message>
        <message>
            <source>Reset this layout</source>
            <translation>이 배치 초기화</translation>
        </message>
        <message>
            <source>Resume trading</source>
            <translation>거래 재개</translation>
        </message>
        <message>
            <source>Start a demo arbitrage</source>
            <translation>데모 차익거래 시작</translation>
        </message>
        <message>
            <source>Start a demo grid</source>
            <translation>데모 그리드 시작</translation>
        </message>
        <message>
            <source>Switch between dark and light</source>
            <translation>어둡게/밝게 전환</translation>
        </message>
        <message>
            <source>Workspace {name}</source>
            <translation>작업 화면 {name}</translation>
        </message>
    </context>
    <context>
        <name>age</name>
        <message>
            <source>ended</source>
            <translation>종료</translation>
        </message>
        <message>
            <source>{count} d</source>
            <translation>{count}일</translation>
        </message>
        <message>
            <source>{count} h</source>
            <translation>{count}시간</translation>
        </message>
        <message>
            <source>{count} min</source>
            <translation>{count}분</translation>
        </message>
        <message>
            <source>{count} s</source>
            <translation>{count}초</translation>
        </message>
    </context>
    <context>
        <name>arbitrage</name>
        <message>
            <source>Both legs at once (taker, taker)</source>
            <translation>양쪽 동시 주문 (테이커·테이커)</translation>
        </message>
        <message>
            <source>Both ways</source>
            <translation>양쪽 방향</translation>
        </message>
        <message>
            <source>Budget: {value} for {seconds} s</source>
            <translation>한도: {value}, {seconds}초</translation>
        </message>
        <message>
            <source>Buy home</source>
            <translation>국내 매수</translation>
        </message>
        <message>
            <source>Buy home, sell abroad</source>
            <translation>국내 매수, 해외 매도</translation>
        </message>
        <message>
            <source>Closed</source>
            <translation>청산됨</translation>
        </message>
        <message>
            <source>Closing</source>
            <translation>청산 중</translation>
        </message>
        <message>
            <source>Complete the leg that lacks</source>
            <translation>모자란 다리를 채움</translation>
        </message>
        <message>
            <source>Database</source>
            <translation>데이터베이스</translation>
        </message>
        <message>
            <source>Entered: {count}</source>
            <translation>진입 {count}회</translation>
        </message>
        <message>
            <source>Entering</source>
            <translation>진입 중</translation>
        </message>
        <message>
            <source>FX change</source>
            <translation>환율 변동</translation>
        </message>
        <message>
            <source>Fees</source>
            <translation>수수료</translation>
        </message>
        <message>
            <source>Fixed rate</source>
            <translation>고정 환율</translation>
        </message>
        <message>
            <source>Funding</source>
            <translation>펀딩</translation>
        </message>
        <message>
            <source>No other account of its bots can spare any.</source>
            <translation>봇의 다른 계정에도 여유가 없습니다.</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>보유</translation>
        </message>
        <message>
            <source>Premium</source>
            <translation>프리미엄</translation>
        </message>
        <message>
            <source>Rate address</source>
            <translation>환율 주소</translation>
        </message>
        <message>
            <source>Rest at home, hedge abroad (maker, taker)</source>
            <translation>국내 지정가 대기, 해외 헤지 (메이커·테이커)</translation>
        </message>
        <message>
            <source>Runs out: {lacking} lacking for {count} entries.</source>
            <translation>부족: 진입 {count}회에 {lacking}이(가) 모자랍니다.</translation>
        </message>
        <message>
            <source>Sell home</source>
            <translation>국내 매도</translation>
        </message>
        <message>
            <source>Sell home, buy abroad</source>
            <translation>국내 매도, 해외 매수</translation>
        </message>
        <message>
            <source>Take the other leg back</source>
            <translation>다른 다리를 되돌림</translation>
        </message>
        <message>
            <source>Taking back</source>
            <translation>되돌리는 중</translation>
        </message>
        <message>
            <source>The first that has one</source>
            <translation>먼저 알려 주는 곳</translation>
        </message>
        <message>
            <source>imported</source>
            <translation>가져온 기록</translation>
        </message>
        <message>
            <source>it costs {fee}</source>
            <translation>수수료 {fee}</translation>
        </message>
        <message>
            <source>what the venue takes for it is not known here</source>
            <translation>출금 수수료는 여기서 알 수 없습니다</translation>
        </message>
        <message>
            <source>{amount} sent from {account} by hand would be part of it; {cost}.</source>
            <translation>{account}에서 {amount}을(를) 직접 보내면 일부가 채워집니다({cost}).</translation>
        </message>
        <message>
            <source>{amount} sent from {account} by hand would restore it; {cost}.</source>
            <translation>{account}에서 {amount}을(를) 직접 보내면 채워집니다({cost}).</translation>
        </message>
        <message>
            <source>{bot}: {amount} an entry, {count} to come</source>
            <translation>{bot}: 진입당 {amount}, 남은 진입 {count}회</translation>
        </message>
    </context>
    <context>
        <name>bot state</name>
        <message>
            <source>Error</source>
            <translation>오류</translation>
        </message>
        <message>
            <source>Paused</source>
            <translation>일시정지</translation>
        </message>
        <message>
            <source>Rebalancing</source>
            <translation>재조정</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>실행 중</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>시작 중</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>정지</translation>
        </message>
        <message>
            <source>Stopping</source>
            <translation>정지 중</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>대기</translation>
        </message>
    </context>
    <context>
        <name>cache</name>
        <message>
            <source>In this program</source>
            <translation>프로그램 안</translation>
        </message>
        <message>
            <source>Redis server</source>
            <translation>Redis 서버</translation>
        </message>
    </context>
    <context>
        <name>charts</name>
        <message>
            <source>Average entry</source>
            <translation>평균 단가</translation>
        </message>
        <message>
            <source>C</source>
            <translation>종</translation>
        </message>
        <message>
            <source>H</source>
            <translation>고</translation>
        </message>
        <message>
            <source>L</source>
            <translation>저</translation>
        </message>
        <message>
            <source>Lower stop</source>
            <translation>하한 정지</translation>
        </message>
        <message>
            <source>O</source>
            <translation>시</translation>
        </message>
        <message>
            <source>Trigger</source>
            <translation>시작 가격</translation>
        </message>
        <message>
            <source>Upper stop</source>
            <translation>상한 정지</translation>
        </message>
        <message>
            <source>Vol</source>
            <translation>거래량</translation>
        </message>
    </context>
    <context>
        <name>columns</name>
        <message>
            <source>APR</source>
            <translation>연수익률</translation>
        </message>
        <message>
            <source>Account</source>
            <translation>계좌</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>경과</translation>
        </message>
        <message>
            <source>Agreed</source>
            <translation>배정</translation>
        </message>
        <message>
            <source>Allocation</source>
            <translation>배분</translation>
        </message>
        <message>
            <source>Amount</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>As</source>
            <translation>구분</translation>
        </message>
        <message>
            <source>Ask</source>
            <translation>매도호가</translation>
        </message>
        <message>
            <source>Asset</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>Average entry</source>
            <translation>평균 단가</translation>
        </message>
        <message>
            <source>Best net</source>
            <translation>최고 순차익</translation>
        </message>
        <message>
            <source>Bid</source>
            <translation>매수호가</translation>
        </message>
        <message>
            <source>Bot</source>
            <translation>봇</translation>
        </message>
        <message>
            <source>Bots at work</source>
            <translation>가동 봇</translation>
        </message>
        <message>
            <source>Buy home</source>
            <translation>국내 매수</translation>
        </message>
        <message>
            <source>Cause</source>
            <translation>원인</translation>
        </message>
        <message>
            <source>Closed</source>
            <translation>청산</translation>
        </message>
        <message>
            <source>Cycles a day</source>
            <translation>일 사이클</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>날짜</translation>
        </message>
        <message>
            <source>Desk</source>
            <translation>데스크</translation>
        </message>
        <message>
            <source>Difference</source>
            <translation>차이</translation>
        </message>
        <message>
            <source>Distance</source>
            <translation>청산까지</translation>
        </message>
        <message>
            <source>Effective</source>
            <translation>체결 평균</translation>
        </message>
        <message>
            <source>Entries left</source>
            <translation>남은 진입</translation>
        </message>
        <message>
            <source>Entry</source>
            <translation>진입</translation>
        </message>
        <message>
            <source>Equity</source>
            <translation>자산</translation>
        </message>
        <message>
            <source>FX</source>
            <translation>환율</translation>
        </message>
        <message>
            <source>FX age</source>
            <translation>환율 경과</translation>
        </message>
        <message>
            <source>FX source</source>
            <translation>환율 출처</translation>
        </message>
        <message>
            <source>Fee</source>
            <translation>수수료</translation>
        </message>
        <message>
            <source>Filled</source>
            <translation>체결량</translation>
        </message>
        <message>
            <source>Floating PnL</source>
            <translation>평가 손익</translation>
        </message>
        <message>
            <source>For</source>
            <translation>용도</translation>
        </message>
        <message>
            <source>Foreign leg</source>
            <translation>해외 다리</translation>
        </message>
        <message>
            <source>Foreign price</source>
            <translation>해외 가격</translation>
        </message>
        <message>
            <source>Free</source>
            <translation>사용 가능</translation>
        </message>
        <message>
            <source>Funding</source>
            <translation>펀딩</translation>
        </message>
        <message>
            <source>Funding a day</source>
            <translation>일 펀딩</translation>
        </message>
        <message>
            <source>Home / abroad</source>
            <translation>국내 / 해외</translation>
        </message>
        <message>
            <source>Home leg</source>
            <translation>국내 다리</translation>
        </message>
        <message>
            <source>Home price</source>
            <translation>국내 가격</translation>
        </message>
        <message>
            <source>If closed</source>
            <translation>청산 시</translation>
        </message>
        <message>
            <source>Imbalance</source>
            <translation>불균형</translation>
        </message>
        <message>
            <source>Its price</source>
            <translation>거래소 가격</translation>
        </message>
        <message>
            <source>Key</source>
            <translation>키</translation>
        </message>
        <message>
            <source>Last</source>
            <translation>현재가</translation>
        </message>
        <message>
            <source>Last event</source>
            <translation>최근 기록</translation>
        </message>
        <message>
            <source>Lasted</source>
            <translation>지속</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>Leverage</source>
            <translation>레버리지</translation>
        </message>
        <message>
            <source>Liquidation</source>
            <translation>청산가</translation>
        </message>
        <message>
            <source>Margin</source>
            <translation>마진</translation>
        </message>
        <message>
            <source>Mark</source>
            <translation>평가 가격</translation>
        </message>
        <message>
            <source>Market time</source>
            <translation>시장 시각</translation>
        </message>
        <message>
            <source>Matched profit</source>
            <translation>실현 수익</translation>
        </message>
        <message>
            <source>Money</source>
            <translation>구분</translation>
        </message>
        <message>
            <source>Net</source>
            <translation>순차익</translation>
        </message>
        <message>
            <source>Order or asset</source>
            <translation>주문·자산</translation>
        </message>
        <message>
            <source>Our price</source>
            <translation>우리 가격</translation>
        </message>
        <message>
            <source>Ours</source>
            <translation>우리</translation>
        </message>
        <message>
            <source>Pace</source>
            <translation>배속</translation>
        </message>
        <message>
            <source>PnL</source>
            <translation>손익</translation>
        </message>
        <message>
            <source>PnL now</source>
            <translation>현재 손익</translation>
        </message>
        <message>
            <source>Price</source>
            <translation>가격</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>Readings</source>
            <translation>기록 수</translation>
        </message>
        <message>
            <source>Realised PnL</source>
            <translation>실현 손익</translation>
        </message>
        <message>
            <source>Remarks</source>
            <translation>비고</translation>
        </message>
        <message>
            <source>Repair</source>
            <translation>바로잡기</translation>
        </message>
        <message>
            <source>Rung or asset</source>
            <translation>칸·자산</translation>
        </message>
        <message>
            <source>Sell home</source>
            <translation>국내 매도</translation>
        </message>
        <message>
            <source>Share</source>
            <translation>비중</translation>
        </message>
        <message>
            <source>Side</source>
            <translation>방향</translation>
        </message>
        <message>
            <source>Size</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>Slippage</source>
            <translation>슬리피지</translation>
        </message>
        <message>
            <source>Stage</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>State</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>단계</translation>
        </message>
        <message>
            <source>Symbol</source>
            <translation>종목</translation>
        </message>
        <message>
            <source>The venue's</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>Theory</source>
            <translation>이론가</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>시각</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>오늘</translation>
        </message>
        <message>
            <source>Total</source>
            <translation>합계</translation>
        </message>
        <message>
            <source>Total PnL</source>
            <translation>총 손익</translation>
        </message>
        <message>
            <source>Type</source>
            <translation>유형</translation>
        </message>
        <message>
            <source>Unrealised PnL</source>
            <translation>미실현 손익</translation>
        </message>
        <message>
            <source>Value</source>
            <translation>금액</translation>
        </message>
        <message>
            <source>Venue</source>
            <translation>거래소</translation>
        </message>
        <message>
            <source>Venue's entry</source>
            <translation>거래소 진입가</translation>
        </message>
        <message>
            <source>Venue's mark</source>
            <translation>거래소 마크</translation>
        </message>
        <message>
            <source>Way</source>
            <translation>방향</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>내용</translation>
        </message>
        <message>
            <source>What was made of it</source>
            <translation>결과</translation>
        </message>
        <message>
            <source>belongs to {desk}</source>
            <translation>{desk} 소속</translation>
        </message>
        <message>
            <source>connected</source>
            <translation>연결됨</translation>
        </message>
        <message>
            <source>connecting</source>
            <translation>연결 중</translation>
        </message>
        <message>
            <source>cross</source>
            <translation>교차</translation>
        </message>
        <message>
            <source>goes to {desk}</source>
            <translation>{desk}(으)로 이동 중</translation>
        </message>
        <message>
            <source>isolated</source>
            <translation>격리</translation>
        </message>
        <message>
            <source>nobody</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>only on {desk}</source>
            <translation>{desk} 전용</translation>
        </message>
        <message>
            <source>this desk</source>
            <translation>이 데스크</translation>
        </message>
    </context>
    <context>
        <name>engine</name>
        <message>
            <source>A bot id is 8 of the characters a-z and 0-9, not {bot}.</source>
            <translation>봇 ID는 a-z와 0-9 중 8글자여야 합니다: {bot}</translation>
        </message>
        <message>
            <source>A bot needs a name.</source>
            <translation>봇 이름이 필요합니다.</translation>
        </message>
        <message>
            <source>A bot with the id {bot} exists already.</source>
            <translation>ID가 {bot}인 봇이 이미 있습니다.</translation>
        </message>
        <message>
            <source>A bot's name has at most {maximum} characters.</source>
            <translation>봇 이름은 최대 {maximum}글자입니다.</translation>
        </message>
        <message>
            <source>A cycle bought at {buy} and sold at {sell} would lose {loss} {quote} after fees; use fewer grids or a wider range.</source>
            <translation>{buy}에 매수해 {sell}에 매도하면 수수료를 빼고 {loss} {quote} 손실입니다. 그리드 수를 줄이거나 범위를 넓히십시오.</translation>
        </message>
        <message>
            <source>A fee is a fraction from 0 up to below 1, not {value}.</source>
            <translation>수수료는 0 이상 1 미만의 비율이어야 합니다. 입력값: {value}.</translation>
        </message>
        <message>
            <source>A fill of {quantity} {base} on {venue} came after its position had ended; it is taken back.</source>
            <translation>{venue}에서 {quantity} {base} 체결이 포지션이 끝난 뒤에 왔습니다. 되돌립니다.</translation>
        </message>
        <message>
            <source>A pair needs two different markets, not twice {symbol} on {exchange}.</source>
            <translation>페어에는 서로 다른 두 시장이 필요합니다. {exchange}의 {symbol}이(가) 두 번 지정되었습니다.</translation>
        </message>
        <message>
            <source>A paper account needs starting cash in {quote}.</source>
            <translation>모의 계좌에는 {quote} 시작 자금이 필요합니다.</translation>
        </message>
        <message>
            <source>A passphrase has at least {minimum} characters; a sentence is easier to keep than a word.</source>
            <translation>암호문은 {minimum}자 이상이어야 합니다. 단어보다 문장이 외우기 쉽습니다.</translation>
        </message>
        <message>
            <source>A passphrase has at most {maximum} characters.</source>
            <translation>암호문은 {maximum}자 이하여야 합니다.</translation>
        </message>
        <message>
            <source>A post-only order at {price} would trade at once against {opposite}.</source>
            <translation>{price}의 post-only 주문은 {opposite}에 바로 체결됩니다.</translation>
        </message>
        <message>
            <source>A reading is kept each {lowest} to {highest} s, not each {value} s.</source>
            <translation>기록 간격은 {lowest}초에서 {highest}초 사이여야 합니다. 입력값: {value}초.</translation>
        </message>
        <message>
            <source>A removed bot is called {name}; restore it, or choose another name.</source>
            <translation>삭제한 봇의 이름이 {name}입니다. 그 봇을 복원하거나 다른 이름을 고르십시오.</translation>
        </message>
        <message>
            <source>A round trip loses: {entry} % at the entry less {exit} % and fees of {fees} % at the exit leave {result} %.</source>
            <translation>왕복하면 손실입니다: 진입 {entry} %에서 청산 {exit} %와 청산 수수료 {fees} %를 빼면 {result} %가 남습니다.</translation>
        </message>
        <message>
            <source>A size or value must be above 0, not {value}.</source>
            <translation>수량이나 금액은 0보다 커야 합니다. 입력값: {value}.</translation>
        </message>
        <message>
            <source>Added with {count} grids from {lower} to {upper} {quote}.</source>
            <translation>{lower}~{upper} {quote} 범위에 그리드 {count}개로 추가했습니다.</translation>
        </message>
        <message>
            <source>After too many wrong passwords {name} is locked for {minutes} more minutes.</source>
            <translation>비밀번호를 여러 번 틀려 {name} 사용자는 앞으로 {minutes}분 동안 잠깁니다.</translation>
        </message>
        <message>
            <source>After {count} wrong passphrases the next one can be tried in {seconds} s.</source>
            <translation>암호문이 {count}번 틀려서 {seconds}초 뒤에 다시 시도할 수 있습니다.</translation>
        </message>
        <message>
            <source>All {count} positions are open.</source>
            <translation>포지션 {count}개가 모두 열려 있습니다.</translation>
        </message>
        <message>
            <source>An account trades against one quote, not {quotes}; open one account for each.</source>
            <translation>한 계정은 하나의 결제 통화로만 거래합니다({quotes}은(는) 안 됩니다). 통화마다 계정을 여십시오.</translation>
        </message>
        <message>
            <source>An account's name has 1 to 60 letters, digits, dots, dashes or underscores, unlike {account}.</source>
            <translation>계좌 이름은 글자, 숫자, 점, 붙임표, 밑줄 1~60자여야 하는데 {account}은(는) 그렇지 않습니다.</translation>
        </message>
        <message>
            <source>An order of {quantity} {base} is above the venue's maximum of {maximum} {base}.</source>
            <translation>주문 수량 {quantity} {base}는 거래소 최대치 {maximum} {base}를 넘습니다.</translation>
        </message>
        <message>
            <source>An order was not sent and is decided anew later: {text}</source>
            <translation>주문을 보내지 않았고 나중에 다시 결정합니다: {text}</translation>
        </message>
        <message>
            <source>An order was not sent: {cause}</source>
            <translation>주문을 보내지 않았습니다: {cause}</translation>
        </message>
        <message>
            <source>Another Gridwright uses the key of {account}: an order there carries the name of the bot {bot}, which is not here.</source>
            <translation>다른 Gridwright가 {account} 계좌의 키를 쓰고 있습니다. 여기에 없는 봇 {bot}의 이름이 붙은 주문이 있습니다.</translation>
        </message>
        <message>
            <source>Another bot is already called {name}.</source>
            <translation>{name} 이름의 봇이 이미 있습니다.</translation>
        </message>
        <message>
            <source>Another desk has the bot now and will do what was asked.</source>
            <translation>이제 다른 데스크가 이 봇을 실행하며, 요청하신 일도 그 데스크가 처리합니다.</translation>
        </message>
        <message>
            <source>Another desk runs the account {account} now, so this desk stopped trading it.</source>
            <translation>이제 다른 데스크가 {account} 계좌를 실행하므로 이 데스크는 거래를 멈췄습니다.</translation>
        </message>
        <message>
            <source>Another position would come to {value}, above the most of {maximum}.</source>
            <translation>포지션을 더 열면 {value}가 되어 한도 {maximum}을(를) 넘습니다.</translation>
        </message>
        <message>
            <source>Another program has taken over this desk's bots, so this one stopped trading.</source>
            <translation>다른 프로그램이 이 데스크의 봇을 넘겨받아 여기서는 거래를 멈췄습니다.</translation>
        </message>
        <message>
            <source>Another program trades on {account}: its orders look automatic ({sign}). Two programs use up each other's money.</source>
            <translation>다른 프로그램이 {account} 계좌에서 거래합니다. 자동 주문으로 보입니다({sign}). 두 프로그램이 서로의 자금을 씁니다.</translation>
        </message>
        <message>
            <source>At leverage {leverage} {venue} allows positions of up to {allowed}; these would come to {value}.</source>
            <translation>레버리지 {leverage}에서 {venue}은(는) {allowed}까지의 포지션을 허용하는데, 이 설정은 {value}가 됩니다.</translation>
        </message>
        <message>
            <source>At most {maximum} pairs can be watched; with these there would be {count}.</source>
            <translation>페어는 최대 {maximum}개까지 볼 수 있습니다. 이대로면 {count}개가 됩니다.</translation>
        </message>
        <message>
            <source>Both legs are on {account}; they must be on two accounts.</source>
            <translation>두 레그가 모두 {account}에 있습니다. 서로 다른 계정이어야 합니다.</translation>
        </message>
        <message>
            <source>Both sides are traded against {quote}, so no rate is needed; leave it empty.</source>
            <translation>양쪽 모두 {quote}(으)로 거래하므로 환율이 필요 없습니다. 비워 두세요.</translation>
        </message>
        <message>
            <source>Bought {quantity} {asset} at {price} for the rungs above the price.</source>
            <translation>현재가 위 칸들을 위해 {quantity} {asset} 매수, 가격 {price}.</translation>
        </message>
        <message>
            <source>Bought {quantity} {asset} at {price} on rung {rung}.</source>
            <translation>{rung}번 칸에서 {quantity} {asset} 매수, 가격 {price}.</translation>
        </message>
        <message>
            <source>Days of funding are 0 or more, not {value}.</source>
            <translation>펀딩을 계산할 일수는 0 이상이어야 합니다. 입력값: {value}.</translation>
        </message>
        <message>
            <source>Each order must be at least {minimum} {base}; with {count} grids invest at least {needed} {quote}.</source>
            <translation>주문당 최소 수량은 {minimum} {base}입니다. 그리드 {count}개라면 최소 {needed} {quote}를 투자하십시오.</translation>
        </message>
        <message>
            <source>Each order must reach {minimum} {quote}; with {count} grids invest at least {needed} {quote}.</source>
            <translation>주문당 최소 금액은 {minimum} {quote}입니다. 그리드 {count}개라면 최소 {needed} {quote}를 투자하십시오.</translation>
        </message>
        <message>
            <source>Everything is halted.</source>
            <translation>모든 거래가 중지되었습니다.</translation>
        </message>
        <message>
            <source>Everything is halted: resting orders are cancelled, nothing new is sent.</source>
            <translation>전체 중단: 대기 주문을 모두 취소했고 새 주문을 보내지 않습니다.</translation>
        </message>
        <message>
            <source>Fees are taken in {asset}, and the account has no market {asset}/{quote} to value them at: they are on the ledger and no part of the profit.</source>
            <translation>수수료가 {asset}(으)로 빠지는데 계정에 값을 매길 {asset}/{quote} 시장이 없습니다. 장부에는 적히지만 손익에는 들어가지 않습니다.</translation>
        </message>
        <message>
            <source>Funding: {amount} {asset}.</source>
            <translation>펀딩비: {amount} {asset}.</translation>
        </message>
        <message>
            <source>Goes on.</source>
            <translation>계속합니다.</translation>
        </message>
        <message>
            <source>It is not started.</source>
            <translation>시작하지 않았습니다.</translation>
        </message>
        <message>
            <source>It is paused.</source>
            <translation>일시 정지 상태입니다.</translation>
        </message>
        <message>
            <source>It is stopping.</source>
            <translation>정지하는 중입니다.</translation>
        </message>
        <message>
            <source>It is tried again.</source>
            <translation>다시 시도합니다.</translation>
        </message>
        <message>
            <source>It must be above 0, not {value}.</source>
            <translation>{value}이(가) 아니라 0보다 커야 합니다.</translation>
        </message>
        <message>
            <source>It must be at least {minimum}, not {count}.</source>
            <translation>{count}이(가) 아니라 {minimum} 이상이어야 합니다.</translation>
        </message>
        <message>
            <source>It must not be negative, not {value}.</source>
            <translation>{value}처럼 음수일 수 없습니다.</translation>
        </message>
        <message>
            <source>It runs on the desk {desk}.</source>
            <translation>데스크 {desk}에서 실행 중입니다.</translation>
        </message>
        <message>
            <source>It stands still until you look: {cause}</source>
            <translation>확인할 때까지 멈춰 있습니다: {cause}</translation>
        </message>
        <message>
            <source>It would bring {net} %; {wanted} % are wanted.</source>
            <translation>{net} %가 남습니다. {wanted} %가 필요합니다.</translation>
        </message>
        <message>
            <source>Its first orders with real money wait for a confirmation.</source>
            <translation>실제 자금의 첫 주문이 확인을 기다립니다.</translation>
        </message>
        <message>
            <source>Its first orders with real money were seen and confirmed.</source>
            <translation>첫 실거래 주문을 확인했습니다.</translation>
        </message>
        <message>
            <source>Leg on {venue} refused: {cause}</source>
            <translation>{venue} 레그가 거절되었습니다: {cause}</translation>
        </message>
        <message>
            <source>Leg on {venue}: {side} {quantity} {base} at {price}.</source>
            <translation>{venue} 레그: {side} {quantity} {base}, 가격 {price}.</translation>
        </message>
        <message>
            <source>Lower stop {limit} reached at {price}.</source>
            <translation>하한 정지 {limit} 도달, 가격 {price}.</translation>
        </message>
        <message>
            <source>New ladder: {count} grids from {lower} to {upper} {quote}; resting orders are cancelled first.</source>
            <translation>새 그리드: {lower}~{upper} {quote}, {count}개. 대기 주문을 먼저 취소합니다.</translation>
        </message>
        <message>
            <source>No address is set that tells rates (fx_url).</source>
            <translation>환율을 알려 주는 주소(fx_url)가 설정되어 있지 않습니다.</translation>
        </message>
        <message>
            <source>No desk runs it now.</source>
            <translation>지금 이 봇을 실행하는 데스크가 없습니다.</translation>
        </message>
        <message>
            <source>No rate {pair} is set (fx_static).</source>
            <translation>고정 환율 {pair}(fx_static)이(가) 설정되어 있지 않습니다.</translation>
        </message>
        <message>
            <source>No source tells the rate {pair}.</source>
            <translation>{pair} 환율을 알려 주는 출처가 없습니다.</translation>
        </message>
        <message>
            <source>Nobody knows whether the order {order} arrived ({text}); the venue is asked, nothing is sent again.</source>
            <translation>주문 {order}의 도착 여부를 알 수 없어({text}) 거래소에 확인 중이며, 다시 보내지 않습니다.</translation>
        </message>
        <message>
            <source>Nobody knows yet what became of the order {order} on {venue}.</source>
            <translation>{venue}의 주문 {order}이(가) 어떻게 되었는지 아직 아무도 모릅니다.</translation>
        </message>
        <message>
            <source>Nobody signed in, so nothing was started.</source>
            <translation>로그인하지 않아 아무것도 시작하지 않았습니다.</translation>
        </message>
        <message>
            <source>Not started: {cause}</source>
            <translation>시작하지 않음: {cause}</translation>
        </message>
        <message>
            <source>Not traded until you look: {cause}</source>
            <translation>확인할 때까지 거래하지 않음: {cause}</translation>
        </message>
        <message>
            <source>Nothing about the key of {account} has changed.</source>
            <translation>{account} 계좌의 키는 바뀐 것이 없습니다.</translation>
        </message>
        <message>
            <source>Nothing else opens the vault, so it would be lost; set a passphrase first.</source>
            <translation>금고를 열 다른 방법이 없어 금고를 잃게 됩니다. 먼저 암호문을 정하십시오.</translation>
        </message>
        <message>
            <source>Nothing on {account} needs a repair.</source>
            <translation>{account} 계좌에는 바로잡을 것이 없습니다.</translation>
        </message>
        <message>
            <source>One position is worth {value}, above the most that all may be worth, {maximum}.</source>
            <translation>포지션 하나가 {value}로, 전체 한도 {maximum}보다 큽니다.</translation>
        </message>
        <message>
            <source>Only one of its two accounts is on this desk; bring both together first.</source>
            <translation>두 계정 중 하나만 이 데스크에 있습니다. 먼저 둘을 한곳에 모으세요.</translation>
        </message>
        <message>
            <source>Orders of {symbol} with our name that nobody knows are open; adopt or cancel them first.</source>
            <translation>우리 이름으로 된 알 수 없는 {symbol} 주문이 열려 있습니다. 먼저 가져오거나 취소하십시오.</translation>
        </message>
        <message>
            <source>Paused: no position is opened or closed; legs that differ are still brought together.</source>
            <translation>일시 정지: 포지션을 열거나 닫지 않습니다. 어긋난 레그는 계속 맞춥니다.</translation>
        </message>
        <message>
            <source>Paused; resting orders are cancelled, {base} {asset} stay.</source>
            <translation>일시정지: 대기 주문을 취소했고 {base} {asset}는 그대로 보유합니다.</translation>
        </message>
        <message>
            <source>Position {number} begins: buys {size} {base} at home, sells it abroad, premium {premium} %, net {net} %.</source>
            <translation>포지션 {number} 시작: 국내에서 {size} {base} 매수, 해외에서 매도, 프리미엄 {premium} %, 순 {net} %.</translation>
        </message>
        <message>
            <source>Position {number} begins: sells {size} {base} at home, buys it abroad, premium {premium} %, net {net} %.</source>
            <translation>포지션 {number} 시작: 국내에서 {size} {base} 매도, 해외에서 매수, 프리미엄 {premium} %, 순 {net} %.</translation>
        </message>
        <message>
            <source>Position {number} came to nothing: neither leg traded.</source>
            <translation>포지션 {number}은(는) 무산되었습니다. 어느 레그도 체결되지 않았습니다.</translation>
        </message>
        <message>
            <source>Position {number} is closed at a premium of {premium} %.</source>
            <translation>포지션 {number}을(를) 프리미엄 {premium} %에서 닫습니다.</translation>
        </message>
        <message>
            <source>Position {number} is closed at the book, as asked.</source>
            <translation>요청에 따라 포지션 {number}을(를) 호가에 닫습니다.</translation>
        </message>
        <message>
            <source>Position {number} is closed with {pnl} {quote}.</source>
            <translation>포지션 {number} 닫힘: {pnl} {quote}.</translation>
        </message>
        <message>
            <source>Position {number} is half hedged: its legs differ by {quantity} {base}, worth {value} {quote}, for {seconds} s. {cause}</source>
            <translation>포지션 {number}의 헤지가 반쪽입니다: 레그가 {quantity} {base}({value} {quote})만큼 {seconds}초째 다릅니다. {cause}</translation>
        </message>
        <message>
            <source>Position {number} is not closed yet: {cause}</source>
            <translation>포지션 {number}은(는) 아직 닫히지 않았습니다: {cause}</translation>
        </message>
        <message>
            <source>Position {number} is open: {home} {base} at home, {foreign} {base} abroad.</source>
            <translation>포지션 {number} 열림: 국내 {home} {base}, 해외 {foreign} {base}.</translation>
        </message>
        <message>
            <source>Position {number} is under way.</source>
            <translation>포지션 {number}이(가) 진행 중입니다.</translation>
        </message>
        <message>
            <source>Position {number} leaves {quantity} {base} on {venue}, too little to trade there; it stays on the books.</source>
            <translation>포지션 {number}이(가) {venue}에 {quantity} {base}을(를) 남겼습니다. 거래하기에는 적어 장부에 남습니다.</translation>
        </message>
        <message>
            <source>Position {number}: its legs are level again.</source>
            <translation>포지션 {number}: 레그가 다시 맞았습니다.</translation>
        </message>
        <message>
            <source>Position {number}: its legs differ by {quantity} {base}; the leg on {venue} is sent again.</source>
            <translation>포지션 {number}: 레그가 {quantity} {base}만큼 다릅니다. {venue} 레그를 다시 보냅니다.</translation>
        </message>
        <message>
            <source>Position {number}: its legs differ by {quantity} {base}; the leg on {venue} is taken back.</source>
            <translation>포지션 {number}: 레그가 {quantity} {base}만큼 다릅니다. {venue} 레그를 되돌립니다.</translation>
        </message>
        <message>
            <source>Position {number}: {venue} took {quantity} {base} of its hedge away; it counts as closed at {price}. `account truth` finds what was paid for it.</source>
            <translation>포지션 {number}: {venue}에서 헤지 {quantity} {base}가 강제로 정리되어 {price}에 닫힌 것으로 처리합니다. 실제 정산 금액은 `account truth`에서 확인할 수 있습니다.</translation>
        </message>
        <message>
            <source>Positions of the other direction are open.</source>
            <translation>반대 방향의 포지션이 열려 있습니다.</translation>
        </message>
        <message>
            <source>Reconciled with {account}: {orders} orders checked, {fills} fills brought in.</source>
            <translation>{account} 대조 완료: 주문 {orders}건 확인, 체결 {fills}건 반영.</translation>
        </message>
        <message>
            <source>Removed.</source>
            <translation>삭제했습니다.</translation>
        </message>
        <message>
            <source>Repair {plan} of {account}: {asked} orders asked about, {cancelled} cancelled, {booked} entries booked.</source>
            <translation>{account} 계좌 바로잡기 {plan}: 주문 {asked}건 확인, {cancelled}건 취소, 장부 {booked}건 기입.</translation>
        </message>
        <message>
            <source>Repair {plan}: the order {order} is cancelled at the venue.</source>
            <translation>바로잡기 {plan}: 주문 {order}을(를) 거래소에서 취소합니다.</translation>
        </message>
        <message>
            <source>Repair {plan}: the venue is asked what became of the order {order}.</source>
            <translation>바로잡기 {plan}: 주문 {order}이(가) 어떻게 되었는지 거래소에 묻습니다.</translation>
        </message>
        <message>
            <source>Repair {plan}: {amount} {asset} entered, which the venue has and our books had not.</source>
            <translation>바로잡기 {plan}: 거래소에는 있고 장부에 없던 {amount} {asset}을(를) 기입했습니다.</translation>
        </message>
        <message>
            <source>Repair {plan}: {amount} {asset} taken out of our books, which the venue has not.</source>
            <translation>바로잡기 {plan}: 거래소에 없는 {amount} {asset}을(를) 장부에서 뺐습니다.</translation>
        </message>
        <message>
            <source>Restored.</source>
            <translation>복원했습니다.</translation>
        </message>
        <message>
            <source>Resumed.</source>
            <translation>다시 시작했습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file} cannot be read ({cause}).</source>
            <translation>{file}의 {row}행을 읽을 수 없습니다 ({cause}).</translation>
        </message>
        <message>
            <source>Row {row} of {file} has the same time as the row before it.</source>
            <translation>{file}의 {row}행이 앞 행과 같은 시각입니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file} is older than the row before it.</source>
            <translation>{file}의 {row}행이 앞 행보다 이전 시각입니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: bid {bid} is above ask {ask}.</source>
            <translation>{file}의 {row}행: 매수호가 {bid}가 매도호가 {ask}보다 높습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: high {high} is below low {low}.</source>
            <translation>{file}의 {row}행: 고가 {high}가 저가 {low}보다 낮습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: side is {value}; it must be buy or sell.</source>
            <translation>{file}의 {row}행: side가 {value}입니다. buy 또는 sell이어야 합니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: ts is {value}, which is not a time.</source>
            <translation>{file}의 {row}행: ts 값 {value}는 시각이 아닙니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} is {value}, which is not a number.</source>
            <translation>{file}의 {row}행: {column} 값 {value}는 숫자가 아닙니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} is {value}; it must be above 0.</source>
            <translation>{file}의 {row}행: {column} 값 {value}는 0보다 커야 합니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} is {value}; it must not be negative.</source>
            <translation>{file}의 {row}행: {column} 값 {value}는 음수일 수 없습니다.</translation>
        </message>
        <message>
            <source>Row {row} of {file}: {column} {value} lies outside low {low} and high {high}.</source>
            <translation>{file}의 {row}행: {column} {value}가 저가 {low}와 고가 {high} 범위를 벗어납니다.</translation>
        </message>
        <message>
            <source>Rung {rung} closed cycle {cycle}: {profit} {quote} after fees.</source>
            <translation>{rung}번 칸 {cycle}회차 완료: 수수료 차감 후 {profit} {quote}.</translation>
        </message>
        <message>
            <source>Rung {rung} has an order of its own already.</source>
            <translation>{rung}번 칸에는 이미 주문이 있습니다.</translation>
        </message>
        <message>
            <source>Rung {rung} waits: its order at {price} would trade at once.</source>
            <translation>{rung}번 칸 대기: {price} 주문이 바로 체결될 가격입니다.</translation>
        </message>
        <message>
            <source>Say a size or a value, not both.</source>
            <translation>수량과 금액 중 하나만 입력하세요.</translation>
        </message>
        <message>
            <source>Say for which size or value the premium is worked out.</source>
            <translation>프리미엄을 계산할 수량이나 금액을 입력하세요.</translation>
        </message>
        <message>
            <source>Say where the rate {fx_pair} comes from.</source>
            <translation>환율 {fx_pair}의 출처를 지정하세요.</translation>
        </message>
        <message>
            <source>Say which symbols the account trades, such as BTC/KRW,XRP/KRW.</source>
            <translation>계정이 거래할 종목을 말하십시오. 예: BTC/KRW,XRP/KRW.</translation>
        </message>
        <message>
            <source>Say which symbols to add or to remove.</source>
            <translation>추가하거나 뺄 종목을 알려 주십시오.</translation>
        </message>
        <message>
            <source>Seen {count} times in a row; {wanted} times are wanted.</source>
            <translation>연속 {count}번 보았습니다. {wanted}번이 필요합니다.</translation>
        </message>
        <message>
            <source>Settings changed.</source>
            <translation>설정을 변경했습니다.</translation>
        </message>
        <message>
            <source>Settings changed; open positions go on under them.</source>
            <translation>설정이 바뀌었습니다. 열린 포지션에도 새 설정이 적용됩니다.</translation>
        </message>
        <message>
            <source>Several credentials are called {label}; say their kind too.</source>
            <translation>{label}이라는 인증 정보가 여럿입니다. 종류도 지정하십시오.</translation>
        </message>
        <message>
            <source>Sold {quantity} {asset} at {price} on rung {rung}.</source>
            <translation>{rung}번 칸에서 {quantity} {asset} 매도, 가격 {price}.</translation>
        </message>
        <message>
            <source>Sold {quantity} {asset} at {price} that the new ladder does not need.</source>
            <translation>새 그리드에 필요 없는 {quantity} {asset} 매도, 가격 {price}.</translation>
        </message>
        <message>
            <source>Sold {quantity} {asset} at {price} to close the bot.</source>
            <translation>봇 종료를 위해 {quantity} {asset} 매도, 가격 {price}.</translation>
        </message>
        <message>
            <source>Started at {price} {quote}: {buys} rungs buy, {sells} rungs hold.</source>
            <translation>{price} {quote}에서 시작: 매수 {buys}칸, 보유 {sells}칸.</translation>
        </message>
        <message>
            <source>Started with {count} open positions.</source>
            <translation>열린 포지션 {count}개로 시작했습니다.</translation>
        </message>
        <message>
            <source>Stop loss reached: the PnL {pnl} is at the limit {limit} {quote}.</source>
            <translation>손절 도달: 손익 {pnl}, 한도 {limit} {quote}.</translation>
        </message>
        <message>
            <source>Stopped with a PnL of {pnl} {quote} and {count} open positions.</source>
            <translation>정지했습니다. 손익 {pnl} {quote}, 열린 포지션 {count}개.</translation>
        </message>
        <message>
            <source>Stopped with a PnL of {pnl} {quote}.</source>
            <translation>정지했습니다. 손익 {pnl} {quote}.</translation>
        </message>
        <message>
            <source>Stopping: what is under way ends first, open positions stay.</source>
            <translation>정지 중: 진행 중인 것을 먼저 끝내고 열린 포지션은 그대로 둡니다.</translation>
        </message>
        <message>
            <source>Stopping: {count} positions are closed at the book first.</source>
            <translation>정지 중: 먼저 포지션 {count}개를 호가에 닫습니다.</translation>
        </message>
        <message>
            <source>Stopping; {base} {asset} are kept.</source>
            <translation>정지 중: {base} {asset}는 보유합니다.</translation>
        </message>
        <message>
            <source>Stopping; {base} {asset} will be sold.</source>
            <translation>정지 중: {base} {asset}를 매도합니다.</translation>
        </message>
        <message>
            <source>Take profit reached: the PnL {pnl} is at the limit {limit} {quote}.</source>
            <translation>익절 도달: 손익 {pnl}, 한도 {limit} {quote}.</translation>
        </message>
        <message>
            <source>That is not a vault key; a key file has one line that begins with gridwright-vault-key.</source>
            <translation>금고 키가 아닙니다. 키 파일에는 gridwright-vault-key로 시작하는 한 줄이 있습니다.</translation>
        </message>
        <message>
            <source>The account already has {count} open orders, which is the most this venue allows.</source>
            <translation>이 계좌의 미체결 주문이 이미 거래소 한도인 {count}건입니다.</translation>
        </message>
        <message>
            <source>The account has a short position of {quantity} in {symbol}, against which the bot would trade; close it first.</source>
            <translation>계정에 {symbol} 숏 포지션 {quantity}이(가) 있어 봇이 그 반대로 거래하게 됩니다. 먼저 청산하십시오.</translation>
        </message>
        <message>
            <source>The account {account} at {address} has open orders already, which are somebody else's.</source>
            <translation>{address}의 계좌 {account}에 이미 다른 사람의 미체결 주문이 있습니다.</translation>
        </message>
        <message>
            <source>The account {account} could not be handed over: {cause}.</source>
            <translation>{account} 계좌를 넘겨주지 못했습니다: {cause}.</translation>
        </message>
        <message>
            <source>The account {account} has no credential.</source>
            <translation>계좌 {account}에 인증 정보가 없습니다.</translation>
        </message>
        <message>
            <source>The account {account} is connected.</source>
            <translation>계좌 {account} 연결됨.</translation>
        </message>
        <message>
            <source>The account {account} is not connected now, so its venue cannot be asked.</source>
            <translation>{account} 계좌가 지금 연결되어 있지 않아 거래소에 물을 수 없습니다.</translation>
        </message>
        <message>
            <source>The account {account} is run by another desk now.</source>
            <translation>{account} 계좌는 지금 다른 데스크가 실행하고 있습니다.</translation>
        </message>
        <message>
            <source>The account {account} was handed over to another desk.</source>
            <translation>{account} 계좌를 다른 데스크에 넘겨주었습니다.</translation>
        </message>
        <message>
            <source>The account {account} was opened at the exchange {known}, and this is {identity}.</source>
            <translation>계좌 {account}은(는) 거래소 {known}에서 개설되었는데, 이곳은 {identity}입니다.</translation>
        </message>
        <message>
            <source>The accounts and symbols of {bot} stay as they are.</source>
            <translation>{bot}의 계정과 종목은 바꿀 수 없습니다.</translation>
        </message>
        <message>
            <source>The address that tells rates cannot be reached ({cause}).</source>
            <translation>환율 주소에 연결할 수 없습니다({cause}).</translation>
        </message>
        <message>
            <source>The address that tells rates says nothing at {pointer}.</source>
            <translation>환율 주소의 답에서 {pointer} 위치에 환율이 없습니다.</translation>
        </message>
        <message>
            <source>The address {address} cannot be used ({cause}).</source>
            <translation>주소 {address}을(를) 쓸 수 없습니다({cause}).</translation>
        </message>
        <message>
            <source>The allocation must be above 0 % and at most 100 %, not {percent} %.</source>
            <translation>배분은 0 % 초과 100 % 이하여야 합니다: {percent} %</translation>
        </message>
        <message>
            <source>The book of {symbol} on {exchange} cannot be read.</source>
            <translation>{exchange}의 {symbol} 호가를 읽을 수 없습니다.</translation>
        </message>
        <message>
            <source>The book of {symbol} on {exchange} has no two sides.</source>
            <translation>{exchange}의 {symbol} 호가에 매수와 매도 양쪽이 없습니다.</translation>
        </message>
        <message>
            <source>The book of {symbol} on {exchange} is crossed.</source>
            <translation>{exchange}의 {symbol} 호가가 교차되어 있습니다.</translation>
        </message>
        <message>
            <source>The book of {symbol} on {exchange} is older than {seconds} s.</source>
            <translation>{exchange}의 {symbol} 호가가 {seconds}초보다 오래되었습니다.</translation>
        </message>
        <message>
            <source>The book of {symbol} on {exchange} is too thin for {size} {base}.</source>
            <translation>{exchange}의 {symbol} 호가 잔량이 {size} {base}에 부족합니다.</translation>
        </message>
        <message>
            <source>The book of {venue} holds {found} {base} within {percent} %; {needed} are needed.</source>
            <translation>{venue} 호가창의 {percent} % 안에 {found} {base}뿐입니다. {needed}이(가) 필요합니다.</translation>
        </message>
        <message>
            <source>The book of {venue} in {file} cannot be read or written ({cause}); nothing trades there now.</source>
            <translation>{file}에 있는 {venue} 장부를 읽거나 쓸 수 없어({cause}) 지금 그곳에서는 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>The book of {venue} in {file} was written by a newer version of the program.</source>
            <translation>{file}에 있는 {venue} 장부는 더 새로운 버전의 프로그램이 쓴 것입니다.</translation>
        </message>
        <message>
            <source>The credential {label} is for {venue}, not for {wanted}.</source>
            <translation>인증 정보 {label}은(는) {wanted}이(가) 아니라 {venue}의 것입니다.</translation>
        </message>
        <message>
            <source>The database does not answer, so nothing is sent; {count} facts are kept and written when it is back.</source>
            <translation>데이터베이스가 응답하지 않아 주문을 보내지 않습니다. 기록 {count}건은 보관했다가 복구되면 저장합니다.</translation>
        </message>
        <message>
            <source>The database does not know this user.</source>
            <translation>데이터베이스에 이 사용자가 없습니다.</translation>
        </message>
        <message>
            <source>The database is back; everything kept is written.</source>
            <translation>데이터베이스가 복구되어 보관한 기록을 모두 저장했습니다.</translation>
        </message>
        <message>
            <source>The database knows no rate {pair}.</source>
            <translation>데이터베이스에 {pair} 환율이 없습니다.</translation>
        </message>
        <message>
            <source>The desk that runs it did not answer within {seconds} s; what was asked is kept and done when it does.</source>
            <translation>실행 중인 데스크가 {seconds}초 안에 응답하지 않았습니다. 요청은 보관되며 그 데스크가 응답하면 처리됩니다.</translation>
        </message>
        <message>
            <source>The desk that runs the account answered in a form that this program cannot read; update both.</source>
            <translation>계좌를 운용하는 데스크의 답을 이 프로그램이 읽을 수 없습니다. 두 프로그램을 모두 업데이트하십시오.</translation>
        </message>
        <message>
            <source>The desk {desk} does not run now.</source>
            <translation>{desk} 데스크는 지금 실행 중이 아닙니다.</translation>
        </message>
        <message>
            <source>The engine ended before it answered; what was asked is done when it starts again.</source>
            <translation>엔진이 답하기 전에 종료되었습니다. 요청한 일은 다시 시작할 때 처리됩니다.</translation>
        </message>
        <message>
            <source>The engine runs with {bots} bots.</source>
            <translation>엔진이 봇 {bots}개로 실행 중입니다.</translation>
        </message>
        <message>
            <source>The exchange in {folder} was begun with {name} {known}, not {value}; use another folder for another exchange.</source>
            <translation>{folder}의 거래소는 {name} {value}이(가) 아니라 {known}(으)로 시작되었습니다. 다른 거래소에는 다른 폴더를 쓰세요.</translation>
        </message>
        <message>
            <source>The exchange lets nobody trade it now ({text}): orders are tried again until it does.</source>
            <translation>거래소가 지금은 누구에게도 거래를 허용하지 않습니다({text}). 다시 열릴 때까지 주문을 계속 시도합니다.</translation>
        </message>
        <message>
            <source>The exchange of {account} lives in the folder of the desk {desk}, so only that desk can run it.</source>
            <translation>{account} 계좌의 거래소는 {desk} 데스크의 폴더에 있어 그 데스크만 실행할 수 있습니다.</translation>
        </message>
        <message>
            <source>The exchange's clock is {offset} ms off this computer's; up to {most} ms are right. Set this computer's clock.</source>
            <translation>거래소 시계가 이 컴퓨터와 {offset}ms 차이 납니다. {most}ms까지만 괜찮습니다. 컴퓨터 시계를 맞추십시오.</translation>
        </message>
        <message>
            <source>The file name {file} does not name its market as venue_BASE-QUOTE_timeframe; say which symbol it is.</source>
            <translation>파일 이름 {file}이 거래소_BASE-QUOTE_주기 형식이 아닙니다. 종목을 지정하십시오.</translation>
        </message>
        <message>
            <source>The file {file} can be read by others; take their right away (chmod 600) and try again.</source>
            <translation>{file} 파일을 다른 사람이 읽을 수 있습니다. 권한을 없앤(chmod 600) 뒤 다시 시도하십시오.</translation>
        </message>
        <message>
            <source>The file {file} cannot be read ({cause}).</source>
            <translation>파일 {file}을 읽을 수 없습니다 ({cause}).</translation>
        </message>
        <message>
            <source>The file {file} cannot be written ({cause}).</source>
            <translation>{file} 파일에 쓸 수 없습니다({cause}).</translation>
        </message>
        <message>
            <source>The file {file} has no rows.</source>
            <translation>파일 {file}에 행이 없습니다.</translation>
        </message>
        <message>
            <source>The file {file} has the column {column} twice.</source>
            <translation>파일 {file}에 {column} 열이 두 번 있습니다.</translation>
        </message>
        <message>
            <source>The file {file} is empty.</source>
            <translation>{file} 파일이 비어 있습니다.</translation>
        </message>
        <message>
            <source>The file {file} is neither Parquet, CSV nor a recorded stream (.jsonl, .jsonl.gz).</source>
            <translation>파일 {file}은 Parquet, CSV, 기록 스트림(.jsonl, .jsonl.gz)이 아닙니다.</translation>
        </message>
        <message>
            <source>The file {file} is not a complete Parquet file ({cause}).</source>
            <translation>파일 {file}은 온전한 Parquet 파일이 아닙니다 ({cause}).</translation>
        </message>
        <message>
            <source>The file {file} is not the one this session was opened with; its content has changed.</source>
            <translation>파일 {file}의 내용이 이 세션을 열 때와 다릅니다.</translation>
        </message>
        <message>
            <source>The file {file} is the book of {owner}, not of {venue}.</source>
            <translation>파일 {file}은 {venue}가 아니라 {owner}의 장부입니다.</translation>
        </message>
        <message>
            <source>The file {file} lacks the column {column}; it has {columns}.</source>
            <translation>파일 {file}에 {column} 열이 없습니다. 있는 열: {columns}.</translation>
        </message>
        <message>
            <source>The grid needs {needed} {quote}; {free} {quote} are free.</source>
            <translation>그리드에 {needed} {quote}가 필요하지만 사용 가능 금액은 {free} {quote}입니다.</translation>
        </message>
        <message>
            <source>The ids of the two halves must differ.</source>
            <translation>두 반쪽의 id는 서로 달라야 합니다.</translation>
        </message>
        <message>
            <source>The key of {account} cannot withdraw money, so there is nothing to allow.</source>
            <translation>{account} 계좌의 키에는 출금 권한이 없어 허용할 것이 없습니다.</translation>
        </message>
        <message>
            <source>The key of {account} has not been looked at yet.</source>
            <translation>{account} 계좌의 키를 아직 확인하지 않았습니다.</translation>
        </message>
        <message>
            <source>The key of {account} may withdraw money; its owner allowed trading with it.</source>
            <translation>{account} 계좌의 키는 출금할 수 있지만, 소유자가 거래를 허용했습니다.</translation>
        </message>
        <message>
            <source>The keychain of this machine did not do it ({cause}).</source>
            <translation>이 컴퓨터의 키체인이 요청을 처리하지 못했습니다({cause}).</translation>
        </message>
        <message>
            <source>The keychain of this machine has no key of this vault; `vault keychain add` puts one there.</source>
            <translation>이 컴퓨터의 키체인에 이 금고의 키가 없습니다. `vault keychain add`로 넣을 수 있습니다.</translation>
        </message>
        <message>
            <source>The ladder holds {base} {asset}; its orders are placed.</source>
            <translation>{base} {asset}를 확보해 주문을 배치했습니다.</translation>
        </message>
        <message>
            <source>The leverage must be a whole number from 1, not {leverage}.</source>
            <translation>레버리지는 1 이상의 정수여야 하며 {leverage}은(는) 안 됩니다.</translation>
        </message>
        <message>
            <source>The line to the practice exchange at {address} broke off.</source>
            <translation>{address} 연습 거래소와의 연결이 끊어졌습니다.</translation>
        </message>
        <message>
            <source>The line to the practice exchange at {address} takes nothing more now.</source>
            <translation>{address} 연습 거래소로 가는 회선이 지금 더 받지 못합니다.</translation>
        </message>
        <message>
            <source>The line to {exchange} broke off.</source>
            <translation>{exchange}와의 연결이 끊어졌습니다.</translation>
        </message>
        <message>
            <source>The live feed of {venue} broke off ({cause}).</source>
            <translation>{venue} 실시간 시세가 끊겼습니다 ({cause}).</translation>
        </message>
        <message>
            <source>The lower price {lower} must be below the upper price {upper}.</source>
            <translation>하한 가격 {lower}는 상한 가격 {upper}보다 낮아야 합니다.</translation>
        </message>
        <message>
            <source>The lower stop {stop} is not below the present price {price}: the bot would stop at once.</source>
            <translation>하한 정지 {stop}가 현재가 {price}보다 낮지 않아 바로 정지하게 됩니다.</translation>
        </message>
        <message>
            <source>The lower stop {stop} must be below the lowest line {lower}.</source>
            <translation>하한 정지 {stop}는 가장 낮은 선 {lower}보다 낮아야 합니다.</translation>
        </message>
        <message>
            <source>The lower stop {stop} would never be reached: with leverage {leverage} the venue closes the position at {liquidation}.</source>
            <translation>하단 손절가 {stop}에는 결코 닿지 않습니다. 레버리지 {leverage}배에서 거래소가 {liquidation}에 포지션을 강제 청산합니다.</translation>
        </message>
        <message>
            <source>The name or the password is wrong.</source>
            <translation>이름이나 비밀번호가 맞지 않습니다.</translation>
        </message>
        <message>
            <source>The next entry is in {seconds} s at the earliest.</source>
            <translation>다음 진입은 빨라도 {seconds}초 뒤입니다.</translation>
        </message>
        <message>
            <source>The number of grids must be a whole number, not {count}.</source>
            <translation>그리드 수는 정수여야 합니다: {count}</translation>
        </message>
        <message>
            <source>The number of grids must be from {minimum} to {maximum}, not {count}.</source>
            <translation>그리드 수는 {minimum}~{maximum}이어야 합니다: {count}</translation>
        </message>
        <message>
            <source>The order book of {symbol} on {venue} is {age} s old; {most} s is the most.</source>
            <translation>{venue}의 {symbol} 호가창이 {age}초 되었습니다. 최대 {most}초입니다.</translation>
        </message>
        <message>
            <source>The order id {order} was used before.</source>
            <translation>주문 ID {order}는 이미 사용되었습니다.</translation>
        </message>
        <message>
            <source>The order is worth {value} {asset}; the minimum is {minimum} {asset}.</source>
            <translation>주문 금액 {value} {asset}가 최소 금액 {minimum} {asset}보다 작습니다.</translation>
        </message>
        <message>
            <source>The order needs {needed} {asset} and {free} {asset} are free.</source>
            <translation>주문에 {needed} {asset}가 필요하지만 사용 가능 수량은 {free} {asset}입니다.</translation>
        </message>
        <message>
            <source>The order was called off, or its account is another desk's, before anything was sent.</source>
            <translation>주문이 철회되었거나 계좌가 다른 데스크로 넘어가 아무것도 보내지 않았습니다.</translation>
        </message>
        <message>
            <source>The order {order} ({side} at {price}) is not what rung {rung} does (buys at {buy}, sells at {sell}).</source>
            <translation>주문 {order}({price}에 {side})은(는) {rung}번 칸(매수 {buy}, 매도 {sell})에 맞지 않습니다.</translation>
        </message>
        <message>
            <source>The order {order} carries the name of the bot {bot}.</source>
            <translation>주문 {order}에는 봇 {bot}의 이름이 붙어 있습니다.</translation>
        </message>
        <message>
            <source>The order {order} never arrived at the venue; its place is free again.</source>
            <translation>주문 {order}는 거래소에 도착하지 않았습니다. 그 자리는 다시 비었습니다.</translation>
        </message>
        <message>
            <source>The order {order} on {venue} has not ended yet.</source>
            <translation>{venue}의 주문 {order}이(가) 아직 끝나지 않았습니다.</translation>
        </message>
        <message>
            <source>The order {order} was adopted as rung {rung}'s; it had filled {filled} of {quantity}.</source>
            <translation>주문 {order}을(를) {rung}번 칸의 주문으로 받아들였습니다. {quantity} 중 {filled}이(가) 체결되어 있었습니다.</translation>
        </message>
        <message>
            <source>The order {order} was thought lost and is at the venue after all; it is being cancelled.</source>
            <translation>유실된 줄 알았던 주문 {order}이(가) 거래소에 남아 있어 취소하고 있습니다.</translation>
        </message>
        <message>
            <source>The order {order} with our name, which nobody knew, is being cancelled; it had filled {filled}.</source>
            <translation>우리 이름이 붙었지만 장부에 없던 주문 {order}을(를) 취소합니다. {filled}이(가) 체결되어 있었습니다.</translation>
        </message>
        <message>
            <source>The other leg's account {account} is not on this desk.</source>
            <translation>다른 레그의 계정 {account}이(가) 이 데스크에 없습니다.</translation>
        </message>
        <message>
            <source>The other leg's account {account} is on the desk {desk}.</source>
            <translation>다른 레그의 계정 {account}은(는) 데스크 {desk}에 있습니다.</translation>
        </message>
        <message>
            <source>The passphrase is wrong.</source>
            <translation>암호문이 틀렸습니다.</translation>
        </message>
        <message>
            <source>The position {position} is being opened or closed already.</source>
            <translation>포지션 {position}은(는) 이미 열리거나 닫히는 중입니다.</translation>
        </message>
        <message>
            <source>The practice exchange at {address} does not answer in time.</source>
            <translation>{address} 연습 거래소가 제때 응답하지 않습니다.</translation>
        </message>
        <message>
            <source>The practice exchange at {address} fell silent.</source>
            <translation>{address} 연습 거래소에서 아무 말이 없습니다.</translation>
        </message>
        <message>
            <source>The practice exchange at {address} refused: {text}</source>
            <translation>{address} 연습 거래소가 거절했습니다: {text}</translation>
        </message>
        <message>
            <source>The practice exchange at {address} said something that cannot be read ({cause}).</source>
            <translation>{address} 연습 거래소가 읽을 수 없는 말을 했습니다({cause}).</translation>
        </message>
        <message>
            <source>The price {price} is not a positive multiple of {increment}.</source>
            <translation>가격 {price}가 호가 단위 {increment}의 배수가 아닙니다.</translation>
        </message>
        <message>
            <source>The price {price} or the quantity {quantity} is not on the venue's increments.</source>
            <translation>가격 {price} 또는 수량 {quantity}가 거래소 단위에 맞지 않습니다.</translation>
        </message>
        <message>
            <source>The quantity {quantity} is above the maximum of {maximum}.</source>
            <translation>수량 {quantity}가 최대치 {maximum}를 넘습니다.</translation>
        </message>
        <message>
            <source>The quantity {quantity} is below the minimum of {minimum}.</source>
            <translation>수량 {quantity}가 최소치 {minimum}보다 작습니다.</translation>
        </message>
        <message>
            <source>The quantity {quantity} is not a positive multiple of {increment}.</source>
            <translation>수량 {quantity}가 수량 단위 {increment}의 배수가 아닙니다.</translation>
        </message>
        <message>
            <source>The rate {fx_pair} does not convert {foreign_quote} into {home_quote}; {wanted} would.</source>
            <translation>환율 {fx_pair}은(는) {foreign_quote}을(를) {home_quote}(으)로 환산하지 못합니다. {wanted}이면 됩니다.</translation>
        </message>
        <message>
            <source>The rate {fx_pair} from {source} is {age} s old; {most} s is the most.</source>
            <translation>{source}의 환율 {fx_pair}이(가) {age}초 되었습니다. 최대 {most}초입니다.</translation>
        </message>
        <message>
            <source>The rate {pair} of {source} is older than {seconds} s.</source>
            <translation>{source}의 {pair} 환율이 {seconds}초보다 오래되었습니다.</translation>
        </message>
        <message>
            <source>The record of requests {file} cannot be written ({cause}).</source>
            <translation>요청 기록 {file}에 쓸 수 없습니다({cause}).</translation>
        </message>
        <message>
            <source>The recording of {venue} has ended.</source>
            <translation>{venue} 기록 재생이 끝났습니다.</translation>
        </message>
        <message>
            <source>The setting {name} of {venue} cannot be {value}.</source>
            <translation>{venue}의 설정 {name}에 {value}를 쓸 수 없습니다.</translation>
        </message>
        <message>
            <source>The setting {name} of {venue} is missing.</source>
            <translation>{venue}의 설정 {name}이 없습니다.</translation>
        </message>
        <message>
            <source>The size {size} is no multiple of {increment}, in which both venues trade; {nearest} would be.</source>
            <translation>수량 {size}은(는) 두 거래소가 함께 쓰는 단위 {increment}의 배수가 아닙니다. {nearest}이면 됩니다.</translation>
        </message>
        <message>
            <source>The speed must be 0 or more, not {speed}.</source>
            <translation>속도는 0 이상이어야 합니다: {speed}</translation>
        </message>
        <message>
            <source>The speed must be max or a number from 0, not {speed}.</source>
            <translation>속도는 max 또는 0 이상의 숫자여야 합니다: {speed}</translation>
        </message>
        <message>
            <source>The spread desk met something unexpected ({cause}) and begins anew.</source>
            <translation>스프레드 데스크에 예상하지 못한 문제({cause})가 생겨 다시 시작합니다.</translation>
        </message>
        <message>
            <source>The starting cash {amount} {asset} must be a positive number.</source>
            <translation>시작 자금 {amount} {asset}는 양수여야 합니다.</translation>
        </message>
        <message>
            <source>The stop loss must be above 0 % and at most 100 %, not {percent} %.</source>
            <translation>손절은 0 % 초과 100 % 이하여야 합니다: {percent} %</translation>
        </message>
        <message>
            <source>The symbols of {account} are being changed.</source>
            <translation>{account} 계좌의 종목을 바꾸는 중입니다.</translation>
        </message>
        <message>
            <source>The symbols of {account} stay as they were: {cause}</source>
            <translation>{account} 계좌의 종목은 그대로입니다: {cause}</translation>
        </message>
        <message>
            <source>The upper stop {stop} is not above the present price {price}: the bot would stop at once.</source>
            <translation>상한 정지 {stop}가 현재가 {price}보다 높지 않아 바로 정지하게 됩니다.</translation>
        </message>
        <message>
            <source>The upper stop {stop} must be above the highest line {upper}.</source>
            <translation>상한 정지 {stop}는 가장 높은 선 {upper}보다 높아야 합니다.</translation>
        </message>
        <message>
            <source>The user {name} has no password to sign in with.</source>
            <translation>{name} 사용자에게는 로그인할 비밀번호가 없습니다.</translation>
        </message>
        <message>
            <source>The user {name} is disabled.</source>
            <translation>{name} 사용자는 사용이 중지되었습니다.</translation>
        </message>
        <message>
            <source>The vault has no passphrase; it is opened by a keychain or a key file.</source>
            <translation>금고에 암호문이 없습니다. 키체인이나 키 파일로 엽니다.</translation>
        </message>
        <message>
            <source>The vault is locked, because it did not open by itself: {cause}</source>
            <translation>금고가 스스로 열리지 않아 잠겨 있습니다: {cause}</translation>
        </message>
        <message>
            <source>The vault is locked; unlock it with your passphrase.</source>
            <translation>금고가 잠겨 있습니다. 암호문으로 여십시오.</translation>
        </message>
        <message>
            <source>The vault key is not one of this vault; it may have been removed, or the vault's key was changed.</source>
            <translation>이 금고의 키가 아닙니다. 삭제되었거나 금고의 키가 바뀌었을 수 있습니다.</translation>
        </message>
        <message>
            <source>The vault's key was changed by another program; unlock it again.</source>
            <translation>다른 프로그램이 금고의 키를 바꾸었습니다. 다시 여십시오.</translation>
        </message>
        <message>
            <source>The venue closed the order {order} by itself.</source>
            <translation>거래소가 주문 {order}를 스스로 종료했습니다.</translation>
        </message>
        <message>
            <source>The venue does not say what became of the order {order}.</source>
            <translation>거래소가 주문 {order}의 결과를 알려 주지 않습니다.</translation>
        </message>
        <message>
            <source>The venue has {count} open orders with this bot's name that our books do not know.</source>
            <translation>장부에 없는 이 봇의 미체결 주문이 거래소에 {count}건 있습니다.</translation>
        </message>
        <message>
            <source>The venue of {account} did not say within {seconds} s what it has.</source>
            <translation>{account} 계좌의 거래소가 {seconds}초 안에 현황을 알려 주지 않았습니다.</translation>
        </message>
        <message>
            <source>The venue refused an order ({code}): {text}</source>
            <translation>거래소가 주문을 거부했습니다 ({code}): {text}</translation>
        </message>
        <message>
            <source>The venue refused {count} orders in a row, last: {text}</source>
            <translation>거래소가 주문을 연속 {count}번 거부했습니다. 마지막 사유: {text}</translation>
        </message>
        <message>
            <source>The venue reports the fill {trade} of an order that is not known here.</source>
            <translation>거래소가 알 수 없는 주문의 체결 {trade}를 알려 왔습니다.</translation>
        </message>
        <message>
            <source>The venue rule {name} cannot be {value}.</source>
            <translation>거래소 규칙 {name}에 {value}를 쓸 수 없습니다.</translation>
        </message>
        <message>
            <source>The venue says {venue_amount} {asset}, our books say {our_amount} {asset}.</source>
            <translation>거래소 잔고 {venue_amount} {asset}, 장부 {our_amount} {asset}로 서로 다릅니다.</translation>
        </message>
        <message>
            <source>The venue {venue} does not trade {symbol}.</source>
            <translation>{venue} 거래소는 {symbol} 종목을 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>The venue's position in {symbol} is {venue_quantity}, our books say {our_quantity}: somebody or something else changed it. Stop the bot and keep its inventory, then start it anew.</source>
            <translation>{symbol} 포지션이 거래소에서는 {venue_quantity}, 우리 장부에서는 {our_quantity}입니다. 다른 누군가 또는 무언가가 바꾼 것입니다. 보유분을 유지한 채 봇을 중지한 다음 새로 시작하세요.</translation>
        </message>
        <message>
            <source>The {fact} was {old} and is {new} now.</source>
            <translation>{fact} 값이 {old}에서 {new}(으)로 바뀌었습니다.</translation>
        </message>
        <message>
            <source>There are no books of {exchange}; there are {known}.</source>
            <translation>{exchange}의 호가는 받을 수 없습니다. 가능한 거래소: {known}.</translation>
        </message>
        <message>
            <source>There is a credential {label} of this kind already; remove it or choose another label.</source>
            <translation>이 종류의 인증 정보 {label}이(가) 이미 있습니다. 지우거나 다른 이름을 고르십시오.</translation>
        </message>
        <message>
            <source>There is a vault already; `vault passphrase` changes its passphrase.</source>
            <translation>금고가 이미 있습니다. `vault passphrase`로 암호문을 바꿀 수 있습니다.</translation>
        </message>
        <message>
            <source>There is no account {account}.</source>
            <translation>{account} 계좌가 없습니다.</translation>
        </message>
        <message>
            <source>There is no credential {label}.</source>
            <translation>인증 정보 {label}이(가) 없습니다.</translation>
        </message>
        <message>
            <source>There is no desk {desk}.</source>
            <translation>{desk} 데스크가 없습니다.</translation>
        </message>
        <message>
            <source>There is no file {file}.</source>
            <translation>{file} 파일이 없습니다.</translation>
        </message>
        <message>
            <source>There is no live feed called {feed}.</source>
            <translation>{feed}라는 실시간 시세가 없습니다.</translation>
        </message>
        <message>
            <source>There is no live feed of {exchange}; there are {known}.</source>
            <translation>{exchange} 실시간 시세가 없습니다. 사용 가능: {known}.</translation>
        </message>
        <message>
            <source>There is no open order {order} on {account} that carries our name and is not known.</source>
            <translation>{account} 계좌에 우리 이름이 붙고 장부에 없는 미체결 주문 {order}은(는) 없습니다.</translation>
        </message>
        <message>
            <source>There is no order book of {symbol} on {venue}.</source>
            <translation>{venue}의 {symbol} 호가창이 없습니다.</translation>
        </message>
        <message>
            <source>There is no practice exchange at {address} now.</source>
            <translation>지금 {address}에 연습 거래소가 없습니다.</translation>
        </message>
        <message>
            <source>There is no price of {symbol} on {venue} since it was connected.</source>
            <translation>연결된 뒤 {venue}의 {symbol} 가격이 아직 없습니다.</translation>
        </message>
        <message>
            <source>There is no rate {fx_pair} from {source}.</source>
            <translation>{source}의 환율 {fx_pair}이(가) 없습니다.</translation>
        </message>
        <message>
            <source>There is no rate {pair} of {source} yet.</source>
            <translation>{source}의 {pair} 환율을 아직 받지 못했습니다.</translation>
        </message>
        <message>
            <source>There is no rule book called {rules}; there are {known}.</source>
            <translation>{rules} 규칙이 없습니다. 사용 가능: {known}.</translation>
        </message>
        <message>
            <source>There is no source of rates called {source}; there are {known}.</source>
            <translation>{source}(이)라는 환율 출처는 없습니다. 가능한 출처: {known}.</translation>
        </message>
        <message>
            <source>There is no trading on {exchange}; there is on {known}.</source>
            <translation>{exchange}에서는 거래할 수 없습니다. 거래할 수 있는 곳: {known}.</translation>
        </message>
        <message>
            <source>There is no vault yet; `vault create` makes one.</source>
            <translation>아직 금고가 없습니다. `vault create`로 만들 수 있습니다.</translation>
        </message>
        <message>
            <source>There is nothing to trade {symbol} against now.</source>
            <translation>지금 {symbol} 거래 상대 물량이 없습니다.</translation>
        </message>
        <message>
            <source>This desk runs no bot {bot}.</source>
            <translation>이 데스크는 {bot} 봇을 실행하지 않습니다.</translation>
        </message>
        <message>
            <source>This desk runs the account {account} now.</source>
            <translation>이제 이 데스크가 {account} 계좌를 실행합니다.</translation>
        </message>
        <message>
            <source>This desk watches no pairs.</source>
            <translation>이 데스크는 페어를 보지 않습니다.</translation>
        </message>
        <message>
            <source>This exchange speaks version {known} of its protocol, not {spoken}.</source>
            <translation>이 거래소는 {spoken} 버전이 아니라 {known} 버전의 통신 규약을 씁니다.</translation>
        </message>
        <message>
            <source>This key could withdraw money, which its owner allowed.</source>
            <translation>이 키는 출금할 수 있으며, 소유자가 허용했습니다.</translation>
        </message>
        <message>
            <source>This key could withdraw money. Make one that cannot; `account allow-withdrawal-key` trades with it all the same.</source>
            <translation>이 키는 출금할 수 있습니다. 출금할 수 없는 키를 만드십시오. `account allow-withdrawal-key`를 쓰면 그래도 거래합니다.</translation>
        </message>
        <message>
            <source>This key expired on {day}; make a new one.</source>
            <translation>이 키는 {day}에 만료되었습니다. 새로 만드십시오.</translation>
        </message>
        <message>
            <source>This key expires in {days} days, on {day}; make a new one before.</source>
            <translation>이 키는 {days}일 뒤인 {day}에 만료됩니다. 그 전에 새로 만드십시오.</translation>
        </message>
        <message>
            <source>This key may not trade; give it that right at the exchange, or use another one.</source>
            <translation>이 키에는 거래 권한이 없습니다. 거래소에서 권한을 주거나 다른 키를 쓰십시오.</translation>
        </message>
        <message>
            <source>This key works from every address; bind it to this machine's at the exchange.</source>
            <translation>이 키는 모든 주소에서 쓸 수 있습니다. 거래소에서 이 컴퓨터의 주소로 묶으십시오.</translation>
        </message>
        <message>
            <source>This machine has no keychain that keeps secrets; use a passphrase or a key file.</source>
            <translation>이 컴퓨터에는 비밀을 보관하는 키체인이 없습니다. 암호문이나 키 파일을 쓰십시오.</translation>
        </message>
        <message>
            <source>This must be a number.</source>
            <translation>숫자여야 합니다.</translation>
        </message>
        <message>
            <source>This must be above 0, not {value}.</source>
            <translation>0보다 커야 합니다: {value}</translation>
        </message>
        <message>
            <source>Too many attempts to sign in came from this address; try again in {minutes} minutes.</source>
            <translation>이 주소에서 로그인을 너무 많이 시도했습니다. {minutes}분 뒤에 다시 시도하십시오.</translation>
        </message>
        <message>
            <source>Trading goes on.</source>
            <translation>거래를 계속합니다.</translation>
        </message>
        <message>
            <source>Trading is halted on this desk; the other desks could not be told.</source>
            <translation>이 데스크의 거래는 중단했지만 다른 데스크에는 알리지 못했습니다.</translation>
        </message>
        <message>
            <source>Trading is halted; resume it first.</source>
            <translation>거래가 중단된 상태입니다. 먼저 재개하십시오.</translation>
        </message>
        <message>
            <source>Trading is not halted.</source>
            <translation>거래가 중단된 상태가 아닙니다.</translation>
        </message>
        <message>
            <source>Two-leg bot added: {size} {base} on {home} against {foreign}, in from {entry} %, out at {exit} %.</source>
            <translation>두 레그 봇 추가: {home}에서 {foreign}을(를) 상대로 {size} {base}, {entry} %부터 진입, {exit} %에서 청산.</translation>
        </message>
        <message>
            <source>Upper stop {limit} reached at {price}.</source>
            <translation>상한 정지 {limit} 도달, 가격 {price}.</translation>
        </message>
        <message>
            <source>Waiting for the first price.</source>
            <translation>첫 가격을 기다리는 중입니다.</translation>
        </message>
        <message>
            <source>Waiting for the trigger price {trigger} {quote}.</source>
            <translation>시작 가격 {trigger} {quote} 대기 중입니다.</translation>
        </message>
        <message>
            <source>What differs on {account} is not what the plan {plan} was made for; look again.</source>
            <translation>{account} 계좌의 차이가 계획 {plan}을(를) 만들 때와 달라졌습니다. 다시 확인하십시오.</translation>
        </message>
        <message>
            <source>What is stored of the vault's passphrase asks for less protection than this program accepts.</source>
            <translation>금고 암호문의 저장된 설정이 이 프로그램이 허용하는 보호 수준에 맞지 않습니다.</translation>
        </message>
        <message>
            <source>What is stored of {what} has the format {format}, which this program does not read.</source>
            <translation>{what}의 저장된 내용은 이 프로그램이 읽지 못하는 형식 {format}입니다.</translation>
        </message>
        <message>
            <source>What is stored of {what} was changed or belongs elsewhere, so it is not used.</source>
            <translation>{what}의 저장된 내용이 바뀌었거나 다른 곳의 것이어서 쓰지 않습니다.</translation>
        </message>
        <message>
            <source>What the exchange says of the key of {account} was accepted.</source>
            <translation>{account} 계좌의 키에 대해 거래소가 알려 준 내용을 받아들였습니다.</translation>
        </message>
        <message>
            <source>What {venue} says of the position in {symbol} is not what our books say.</source>
            <translation>{venue}이(가) 말하는 {symbol} 포지션이 장부와 다릅니다.</translation>
        </message>
        <message>
            <source>With leverage {leverage} the venue allows a position worth {allowed} {quote} at most; this grid comes to {value} {quote}.</source>
            <translation>레버리지 {leverage}배에서 거래소가 허용하는 포지션은 최대 {allowed} {quote}이며, 이 그리드는 {value} {quote}에 이릅니다.</translation>
        </message>
        <message>
            <source>With leverage {leverage} the venue would close the position at {liquidation}, before the lowest line {lower} is reached; use less leverage or a higher lowest line.</source>
            <translation>레버리지 {leverage}배에서는 최하단 {lower}에 닿기 전 {liquidation}에서 거래소가 포지션을 강제 청산합니다. 레버리지를 낮추거나 최하단을 높이세요.</translation>
        </message>
        <message>
            <source>With {count} grids two lines fall on the same price {price}, because prices here move in steps of {increment}.</source>
            <translation>호가 단위가 {increment}라서 그리드 {count}개에서는 두 선이 같은 가격 {price}에 겹칩니다.</translation>
        </message>
        <message>
            <source>Your lists for {venue} do not allow {symbol}.</source>
            <translation>{venue} 목록에서 {symbol} 거래를 허용하지 않습니다.</translation>
        </message>
        <message>
            <source>Your running bots have {used} % allocated, so {percent} % more is over 100 %: allocate less to this one, or stop another.</source>
            <translation>실행 중인 봇에 이미 {used} %가 배분되어 {percent} %를 더하면 100 %를 넘습니다. 이 봇의 배분을 줄이거나 다른 봇을 정지하십시오.</translation>
        </message>
        <message>
            <source>asset of fees</source>
            <translation>수수료 자산</translation>
        </message>
        <message>
            <source>binding to addresses</source>
            <translation>주소 제한</translation>
        </message>
        <message>
            <source>ids such as {id}</source>
            <translation>{id} 같은 주문 번호</translation>
        </message>
        <message>
            <source>leverage of {symbol}</source>
            <translation>{symbol} 레버리지</translation>
        </message>
        <message>
            <source>maker fee</source>
            <translation>메이커 수수료</translation>
        </message>
        <message>
            <source>margin mode</source>
            <translation>마진 방식</translation>
        </message>
        <message>
            <source>position mode</source>
            <translation>포지션 방식</translation>
        </message>
        <message>
            <source>right to trade</source>
            <translation>거래 권한</translation>
        </message>
        <message>
            <source>right to withdraw</source>
            <translation>출금 권한</translation>
        </message>
        <message>
            <source>self-trade prevention</source>
            <translation>자전거래 방지</translation>
        </message>
        <message>
            <source>taker fee</source>
            <translation>테이커 수수료</translation>
        </message>
        <message>
            <source>{account} cannot be used: {cause}</source>
            <translation>{account} 계좌를 쓸 수 없습니다: {cause}</translation>
        </message>
        <message>
            <source>{account} does not trade {symbol}.</source>
            <translation>{account} 계좌는 {symbol} 종목을 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>{account} has a position of {symbol}; close it first.</source>
            <translation>{account} 계좌에 {symbol} 포지션이 있습니다. 먼저 청산하십시오.</translation>
        </message>
        <message>
            <source>{account} has no market {symbol}.</source>
            <translation>{account}에 {symbol} 시장이 없습니다.</translation>
        </message>
        <message>
            <source>{account} has no open orders with our name that are not known.</source>
            <translation>{account} 계좌에 우리 이름이 붙고 장부에 없는 미체결 주문이 없습니다.</translation>
        </message>
        <message>
            <source>{account} has no real money, so there is nothing to switch.</source>
            <translation>{account} 계좌는 실계좌가 아니어서 켜고 끌 것이 없습니다.</translation>
        </message>
        <message>
            <source>{account} has no real money; its market is what it was opened on.</source>
            <translation>{account} 계좌는 실제 돈이 아닙니다. 시장은 계좌를 열 때 정해집니다.</translation>
        </message>
        <message>
            <source>{account} has {count} open orders that are not of this program; they are left alone.</source>
            <translation>{account} 계좌에 이 프로그램의 것이 아닌 미체결 주문 {count}건이 있습니다. 건드리지 않습니다.</translation>
        </message>
        <message>
            <source>{account} is being handed over to another desk.</source>
            <translation>{account}을(를) 다른 데스크로 넘기는 중입니다.</translation>
        </message>
        <message>
            <source>{account} is live already.</source>
            <translation>{account} 실거래는 이미 켜져 있습니다.</translation>
        </message>
        <message>
            <source>{account} is live without a rehearsal, as its owner asked: its bots trade real money from now on.</source>
            <translation>소유자가 요청한 대로 연습 없이 {account} 실거래를 켰습니다. 이제 봇이 실제 돈으로 거래합니다.</translation>
        </message>
        <message>
            <source>{account} is live: its bots trade real money from now on.</source>
            <translation>{account} 실거래가 켜졌습니다. 이제 봇이 실제 돈으로 거래합니다.</translation>
        </message>
        <message>
            <source>{account} is not connected, so its key cannot be looked at.</source>
            <translation>{account} 계좌가 연결되어 있지 않아 키를 확인할 수 없습니다.</translation>
        </message>
        <message>
            <source>{account} is not connected.</source>
            <translation>{account}이(가) 연결되지 않았습니다.</translation>
        </message>
        <message>
            <source>{account} is switched off already.</source>
            <translation>{account} 실거래는 이미 꺼져 있습니다.</translation>
        </message>
        <message>
            <source>{account} is switched off, so no order is sent; `account go-live {account}` switches it on.</source>
            <translation>{account} 실거래가 꺼져 있어 주문이 나가지 않습니다. `account go-live {account}`로 켭니다.</translation>
        </message>
        <message>
            <source>{account} is switched off: its resting orders are cancelled, nothing new is sent.</source>
            <translation>{account} 실거래를 껐습니다. 대기 주문을 취소하고 새 주문은 보내지 않습니다.</translation>
        </message>
        <message>
            <source>{account} is switched off: nothing new is sent, and its resting orders are cancelled as soon as it is connected.</source>
            <translation>{account} 계좌를 껐습니다. 새 주문은 보내지 않으며, 대기 주문은 연결되는 대로 취소합니다.</translation>
        </message>
        <message>
            <source>{account} keeps long and short positions apart (hedge mode); switch it to one-way mode.</source>
            <translation>{account}은(는) 롱과 숏을 따로 보유합니다(헤지 모드). 단방향 모드로 바꾸세요.</translation>
        </message>
        <message>
            <source>{account} may trade again.</source>
            <translation>{account} 계좌가 다시 거래할 수 있습니다.</translation>
        </message>
        <message>
            <source>{account} stopped trading, its resting orders are cancelled: {cause}</source>
            <translation>{account} 계좌의 거래를 멈추고 대기 주문을 취소합니다: {cause}</translation>
        </message>
        <message>
            <source>{account} trades against {quote}, not against {other}; open another account for {symbol}.</source>
            <translation>{account} 계좌의 결제 통화는 {other} 아닌 {quote}입니다. {symbol} 종목은 다른 계좌를 여십시오.</translation>
        </message>
        <message>
            <source>{account} trades {symbols} from now on.</source>
            <translation>이제 {account} 계좌는 {symbols} 종목을 거래합니다.</translation>
        </message>
        <message>
            <source>{account} trades {symbol} already.</source>
            <translation>{account} 계좌는 이미 {symbol} 종목을 거래합니다.</translation>
        </message>
        <message>
            <source>{account} was connected anew meanwhile, so its symbols stay as they were; ask again.</source>
            <translation>그사이 {account} 계좌가 다시 연결되어 종목이 그대로입니다. 다시 요청하십시오.</translation>
        </message>
        <message>
            <source>{account}: the exchange cancels its open orders when it hears nothing of us for {seconds} s.</source>
            <translation>{account}: {seconds}초 동안 소식이 없으면 거래소가 미체결 주문을 취소합니다.</translation>
        </message>
        <message>
            <source>{account}: the exchange's dead-man switch cancels every open order of the account, whoever placed it.</source>
            <translation>{account}: 거래소의 자동 취소 장치는 누가 냈든 계좌의 모든 미체결 주문을 취소합니다.</translation>
        </message>
        <message>
            <source>{account}: the exchange's dead-man switch could not be set: {cause}</source>
            <translation>{account}: 거래소의 자동 취소 장치를 설정하지 못했습니다: {cause}</translation>
        </message>
        <message>
            <source>{account}: the exchange's dead-man switch is off; resting orders stay.</source>
            <translation>{account}: 거래소의 자동 취소 장치가 꺼져 있습니다. 대기 주문은 남습니다.</translation>
        </message>
        <message>
            <source>{account}: the exchange's dead-man switch stays off, because it would cancel {count} orders that are not ours too.</source>
            <translation>{account}: 우리 것이 아닌 주문 {count}건도 취소되므로 거래소의 자동 취소 장치를 켜지 않습니다.</translation>
        </message>
        <message>
            <source>{account}: {count} messages of the exchange could not be read since it was connected; what they told is asked for instead. The exchange may speak differently now: look for a newer version of this program.</source>
            <translation>{account}: 연결 뒤 거래소 메시지 {count}개를 읽지 못해 그 내용을 따로 묻고 있습니다. 거래소 형식이 바뀌었을 수 있으니 새 버전이 있는지 확인하십시오.</translation>
        </message>
        <message>
            <source>{bot} does not run now; start it before you change its ladder.</source>
            <translation>{bot} 봇이 실행 중이 아닙니다. 시작한 뒤 그리드를 바꾸십시오.</translation>
        </message>
        <message>
            <source>{bot} does not wait for a confirmation.</source>
            <translation>{bot}은(는) 확인을 기다리고 있지 않습니다.</translation>
        </message>
        <message>
            <source>{bot} has no open position {position}.</source>
            <translation>{bot}에는 열린 포지션 {position}이(가) 없습니다.</translation>
        </message>
        <message>
            <source>{bot} has no rung {rung}.</source>
            <translation>{bot}에는 {rung}번 칸이 없습니다.</translation>
        </message>
        <message>
            <source>{bot} has not been stopped; stop it first.</source>
            <translation>{bot} 봇이 정지되지 않았습니다. 먼저 정지하십시오.</translation>
        </message>
        <message>
            <source>{bot} is already running.</source>
            <translation>{bot} 봇은 이미 실행 중입니다.</translation>
        </message>
        <message>
            <source>{bot} is already stopping.</source>
            <translation>{bot} 봇은 이미 정지 중입니다.</translation>
        </message>
        <message>
            <source>{bot} is no grid.</source>
            <translation>{bot}은(는) 그리드가 아닙니다.</translation>
        </message>
        <message>
            <source>{bot} is no two-leg bot.</source>
            <translation>{bot}은(는) 두 레그 봇이 아닙니다.</translation>
        </message>
        <message>
            <source>{bot} is not running.</source>
            <translation>{bot} 봇은 실행 중이 아닙니다.</translation>
        </message>
        <message>
            <source>{bot} is starting, rebalancing or stopping; edit it when that is done.</source>
            <translation>{bot} 봇이 시작, 재조정 또는 정지 중입니다. 끝난 뒤 수정하십시오.</translation>
        </message>
        <message>
            <source>{bot} is the other half of a two-leg bot; ask it of {pair}.</source>
            <translation>{bot}은(는) 두 레그 봇의 다른 반쪽입니다. {pair}에 요청하세요.</translation>
        </message>
        <message>
            <source>{bot} trades {symbol} on {account} already; a position there can be one bot's only.</source>
            <translation>{bot}이(가) 이미 {account}에서 {symbol}을(를) 거래합니다. 그곳의 포지션은 봇 하나만 가질 수 있습니다.</translation>
        </message>
        <message>
            <source>{bot} trades {symbol} or holds some of it; stop it with its inventory sold, or remove it, first.</source>
            <translation>{bot} 봇이 {symbol} 종목을 거래하거나 보유하고 있습니다. 먼저 재고를 팔아 중지하거나 봇을 제거하십시오.</translation>
        </message>
        <message>
            <source>{bot} was not removed.</source>
            <translation>{bot} 봇은 삭제된 적이 없습니다.</translation>
        </message>
        <message>
            <source>{bot} was removed; restore it first.</source>
            <translation>{bot} 봇은 삭제되었습니다. 먼저 복원하십시오.</translation>
        </message>
        <message>
            <source>{bot} would send its first orders with real money; it waits until somebody has seen them (`bot confirm {id}`).</source>
            <translation>{bot}이(가) 첫 실거래 주문을 보내려 합니다. 누군가 확인할 때까지 기다립니다(`bot confirm {id}`).</translation>
        </message>
        <message>
            <source>{change} `account accept-facts {account}` trades on with it.</source>
            <translation>{change} `account accept-facts {account}`로 이대로 계속 거래합니다.</translation>
        </message>
        <message>
            <source>{count} entries in a row came to nothing; the next one is in {seconds} s at the earliest.</source>
            <translation>진입이 {count}번 연속 무산되었습니다. 다음 진입은 빨라도 {seconds}초 뒤입니다.</translation>
        </message>
        <message>
            <source>{count} orders within {seconds} s</source>
            <translation>{seconds}초 동안 주문 {count}건</translation>
        </message>
        <message>
            <source>{exchange} answered with something that cannot be read ({cause}).</source>
            <translation>{exchange} 응답을 읽을 수 없습니다 ({cause}).</translation>
        </message>
        <message>
            <source>{exchange} cannot be reached.</source>
            <translation>{exchange}에 연결할 수 없습니다.</translation>
        </message>
        <message>
            <source>{exchange} did not set the leverage to {leverage}: {text}</source>
            <translation>{exchange}이(가) 레버리지를 {leverage}배로 설정하지 않았습니다: {text}</translation>
        </message>
        <message>
            <source>{exchange} did not tell over its private stream what it tells when asked.</source>
            <translation>{exchange}이(가) 물으면 알려 주는 것을 개인 스트림으로는 알리지 않았습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not answer in time.</source>
            <translation>{exchange}의 응답이 늦어지고 있습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not confirm the subscription to the account's own orders.</source>
            <translation>{exchange}이(가) 계정 자신의 주문 구독을 확인해 주지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not list {symbol}.</source>
            <translation>{exchange}에는 {symbol}이(가) 상장되어 있지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not say in which steps {symbol} is traded.</source>
            <translation>{exchange}에서 {symbol}의 거래 단위를 알려 주지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not trade {symbol} at present.</source>
            <translation>{exchange}에서 현재 {symbol} 거래를 하지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} does not trade {symbol} at present: {notice}</source>
            <translation>{exchange}에서 현재 {symbol} 거래가 중단되어 있습니다: {notice}</translation>
        </message>
        <message>
            <source>{exchange} does not trade {symbol}.</source>
            <translation>{exchange}에서 {symbol} 종목을 거래하지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} has not shown its book of {symbol} yet.</source>
            <translation>{exchange}의 {symbol} 호가를 아직 받지 못했습니다.</translation>
        </message>
        <message>
            <source>{exchange} is a spot market; it has no leverage.</source>
            <translation>{exchange}은(는) 현물 시장이라 레버리지가 없습니다.</translation>
        </message>
        <message>
            <source>{exchange} is about to delist {symbol}: {notice}</source>
            <translation>{exchange}에서 {symbol}이(가) 곧 상장 폐지됩니다: {notice}</translation>
        </message>
        <message>
            <source>{exchange} left out part of its book of {symbol}; it is asked for anew.</source>
            <translation>{exchange}의 {symbol} 호가에 빠진 부분이 있어 다시 요청합니다.</translation>
        </message>
        <message>
            <source>{exchange} pays out no {base}.</source>
            <translation>{exchange}에서 {base} 출금이 중단되어 있습니다.</translation>
        </message>
        <message>
            <source>{exchange} refused: {text}</source>
            <translation>{exchange} 거부: {text}</translation>
        </message>
        <message>
            <source>{exchange} refuses requests for {seconds} s ({status}); until then nothing is asked and no order is sent.</source>
            <translation>{exchange} 거래소가 {seconds}초 동안 요청을 받지 않습니다({status}). 그때까지 묻지 않고 주문도 보내지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} said nothing about {symbol} for {seconds} s while its price moved on.</source>
            <translation>{exchange}에서 가격이 움직이는 동안 {symbol} 시세가 {seconds}초간 오지 않았습니다.</translation>
        </message>
        <message>
            <source>{exchange} sends faster than this computer takes it in.</source>
            <translation>{exchange} 시세가 이 컴퓨터의 처리 속도보다 빠르게 들어옵니다.</translation>
        </message>
        <message>
            <source>{exchange} takes no deposits of {base}.</source>
            <translation>{exchange}에서 {base} 입금이 중단되어 있습니다.</translation>
        </message>
        <message>
            <source>{exchange} takes no more requests from this address for a while.</source>
            <translation>{exchange}에서 당분간 이 주소의 요청을 받지 않습니다.</translation>
        </message>
        <message>
            <source>{exchange} takes no requests from us for {seconds} s; nothing was sent.</source>
            <translation>{exchange} 거래소가 {seconds}초 동안 요청을 받지 않습니다. 아무것도 보내지 않았습니다.</translation>
        </message>
        <message>
            <source>{exchange} warns of {symbol}: {notice}</source>
            <translation>{exchange}에서 {symbol}을(를) 유의 종목으로 알립니다: {notice}</translation>
        </message>
        <message>
            <source>{field} must be one line of printable characters without spaces around it.</source>
            <translation>{field}은(는) 앞뒤에 빈칸이 없는, 인쇄할 수 있는 글자 한 줄이어야 합니다.</translation>
        </message>
        <message>
            <source>{field} must not be empty.</source>
            <translation>{field}을(를) 비워 둘 수 없습니다.</translation>
        </message>
        <message>
            <source>{field} must not be longer than {maximum} characters.</source>
            <translation>{field}은(는) {maximum}자를 넘을 수 없습니다.</translation>
        </message>
        <message>
            <source>{foreign_quote} has to be converted into {home_quote}; say which rate does, such as USDTKRW.</source>
            <translation>{foreign_quote}을(를) {home_quote}(으)로 환산해야 합니다. USDTKRW 같은 환율을 지정하세요.</translation>
        </message>
        <message>
            <source>{foreign} prices need a rate to be counted in {home}; say which, such as {example}.</source>
            <translation>{foreign} 가격을 {home}(으)로 환산할 환율이 필요합니다. {example}처럼 지정하세요.</translation>
        </message>
        <message>
            <source>{home} and {foreign} are not the same base.</source>
            <translation>{home}과(와) {foreign}의 기준 자산이 다릅니다.</translation>
        </message>
        <message>
            <source>{home} and {foreign} are not the same thing: {home_base} and {foreign_base}.</source>
            <translation>{home}과(와) {foreign}은(는) 같은 자산이 아닙니다: {home_base}, {foreign_base}.</translation>
        </message>
        <message>
            <source>{home} and {foreign} have no base in common against {home_quote} and {foreign_quote}.</source>
            <translation>{home}과(와) {foreign}에는 {home_quote}·{foreign_quote} 시장에 공통된 자산이 없습니다.</translation>
        </message>
        <message>
            <source>{home} has {home_mode} money and {foreign} {foreign_mode} money; both must be of one kind.</source>
            <translation>{home}은(는) {home_mode} 자금이고 {foreign}은(는) {foreign_mode} 자금입니다. 같은 종류여야 합니다.</translation>
        </message>
        <message>
            <source>{needed} {asset} are needed and {free} {asset} are free.</source>
            <translation>{needed} {asset}가 필요하지만 사용 가능 수량은 {free} {asset}입니다.</translation>
        </message>
        <message>
            <source>{needed} {asset} are needed on {account} and {free} are free.</source>
            <translation>{account}에 {needed} {asset}이(가) 필요한데 사용 가능한 것은 {free}입니다.</translation>
        </message>
        <message>
            <source>{needed} {asset} are needed on {account} and {free} {asset} are free.</source>
            <translation>{account}에 {needed} {asset}이(가) 필요한데 사용 가능한 것은 {free} {asset}입니다.</translation>
        </message>
        <message>
            <source>{pair} is not on your list.</source>
            <translation>{pair}은(는) 목록에 없습니다.</translation>
        </message>
        <message>
            <source>{quantity} at {price} is below the venue's minimums.</source>
            <translation>{price}에 {quantity}는 거래소 최소치보다 작습니다.</translation>
        </message>
        <message>
            <source>{quantity} is above the venue's maximum of {maximum}.</source>
            <translation>{quantity}는 거래소 최대치 {maximum}를 넘습니다.</translation>
        </message>
        <message>
            <source>{size} at {price} is below the minimum of {venue}; at least {smallest} is.</source>
            <translation>{price}에서 {size}은(는) {venue}의 최소 주문보다 작습니다. {smallest} 이상이어야 합니다.</translation>
        </message>
        <message>
            <source>{size} is above the maximum of {venue}, which is {maximum}.</source>
            <translation>{size}은(는) {venue}의 최대 수량 {maximum}보다 큽니다.</translation>
        </message>
        <message>
            <source>{symbol} is a perpetual future; the home leg must be spot.</source>
            <translation>{symbol}은(는) 무기한 선물입니다. 국내 레그는 현물이어야 합니다.</translation>
        </message>
        <message>
            <source>{symbol} is all that {account} trades.</source>
            <translation>{account} 계좌가 거래하는 종목은 {symbol}뿐입니다.</translation>
        </message>
        <message>
            <source>{symbol} is no symbol; write BASE/QUOTE, such as BTC/KRW.</source>
            <translation>{symbol}은(는) 종목이 아닙니다. BTC/KRW처럼 BASE/QUOTE로 적으십시오.</translation>
        </message>
        <message>
            <source>{symbol} is not a symbol like BTC/KRW.</source>
            <translation>{symbol}은 BTC/KRW 같은 종목 형식이 아닙니다.</translation>
        </message>
        <message>
            <source>{symbol} was not rehearsed: no grid of yours ran an hour on paper at {exchange} and closed a cycle on it; `account open-paper {exchange} {symbol}` begins, and --without-rehearsal {account} goes without.</source>
            <translation>{symbol} 연습이 없습니다. {exchange}에서 한 시간 넘게 돌며 사이클을 마친 모의 격자가 없습니다. `account open-paper {exchange} {symbol}`로 시작하고, --without-rehearsal {account}로 연습 없이 켭니다.</translation>
        </message>
        <message>
            <source>{venue} cannot be asked for everything it has, so nothing can be compared with it.</source>
            <translation>{venue} 거래소에는 전체 현황을 물을 수 없어 비교할 수 없습니다.</translation>
        </message>
        <message>
            <source>{venue} cannot be opened here: its mode {mode} is not a replay, paper or simulated market.</source>
            <translation>{venue} 시장을 여기서 열 수 없습니다. {mode} 방식은 리플레이, 모의, 시뮬레이션이 아닙니다.</translation>
        </message>
        <message>
            <source>{venue} does not trade {symbol} now. {notice}</source>
            <translation>{venue}에서 지금 {symbol}이(가) 거래되지 않습니다. {notice}</translation>
        </message>
        <message>
            <source>{venue} is a live market; its pace cannot be set.</source>
            <translation>{venue} 시장은 실시간이라 속도를 바꿀 수 없습니다.</translation>
        </message>
        <message>
            <source>{venue} is about to delist {symbol}. {notice}</source>
            <translation>{venue}이(가) {symbol}을(를) 곧 상장 폐지합니다. {notice}</translation>
        </message>
        <message>
            <source>{venue} is not connected.</source>
            <translation>{venue} 시장이 연결되어 있지 않습니다.</translation>
        </message>
        <message>
            <source>{venue} refused an order; it is tried again in {seconds} s.</source>
            <translation>{venue}이(가) 주문을 거절했습니다. {seconds}초 뒤 다시 시도합니다.</translation>
        </message>
        <message>
            <source>{venue} takes no deposits or withdrawals of {base} now, so its price may stand apart. {notice}</source>
            <translation>{venue}이(가) 지금 {base} 입출금을 받지 않아 가격이 따로 움직일 수 있습니다. {notice}</translation>
        </message>
        <message>
            <source>{venue} trades {symbol} only.</source>
            <translation>{venue} 시장은 {symbol} 종목만 거래합니다.</translation>
        </message>
    </context>
    <context>
        <name>engine state</name>
        <message>
            <source>Halted</source>
            <translation>중단됨</translation>
        </message>
        <message>
            <source>Not trading</source>
            <translation>거래 정지</translation>
        </message>
        <message>
            <source>Running</source>
            <translation>실행 중</translation>
        </message>
        <message>
            <source>Starting</source>
            <translation>시작 중</translation>
        </message>
        <message>
            <source>Stopped</source>
            <translation>정지</translation>
        </message>
        <message>
            <source>Stopping</source>
            <translation>정지 중</translation>
        </message>
    </context>
    <context>
        <name>exchange</name>
        <message>
            <source>Binance</source>
            <translation>바이낸스</translation>
        </message>
        <message>
            <source>Binance futures</source>
            <translation>바이낸스 선물</translation>
        </message>
        <message>
            <source>Bitget</source>
            <translation>비트겟</translation>
        </message>
        <message>
            <source>Bithumb</source>
            <translation>빗썸</translation>
        </message>
        <message>
            <source>OKX</source>
            <translation>OKX</translation>
        </message>
        <message>
            <source>Upbit</source>
            <translation>업비트</translation>
        </message>
    </context>
    <context>
        <name>ladder</name>
        <message>
            <source>A rung earns {low} % after fees.</source>
            <translation>칸당 수익은 수수료 차감 후 {low} %입니다.</translation>
        </message>
        <message>
            <source>A rung earns {low} to {high} % after fees.</source>
            <translation>칸당 수익은 수수료 차감 후 {low}~{high} %입니다.</translation>
        </message>
        <message>
            <source>Bought</source>
            <translation>매수됨</translation>
        </message>
        <message>
            <source>Buy</source>
            <translation>매수</translation>
        </message>
        <message>
            <source>Buy order resting: {quantity}</source>
            <translation>매수 대기: {quantity}</translation>
        </message>
        <message>
            <source>Buy resting</source>
            <translation>매수 대기</translation>
        </message>
        <message>
            <source>Buys at</source>
            <translation>매수가</translation>
        </message>
        <message>
            <source>Cycle</source>
            <translation>사이클</translation>
        </message>
        <message>
            <source>Cycle {cycle}; {profit} earned by the closed ones</source>
            <translation>{cycle}회차, 완료된 사이클 수익 {profit}</translation>
        </message>
        <message>
            <source>Cycles</source>
            <translation>사이클</translation>
        </message>
        <message>
            <source>Held</source>
            <translation>보유</translation>
        </message>
        <message>
            <source>Held: {quantity} of {aim}</source>
            <translation>보유: {quantity} / {aim}</translation>
        </message>
        <message>
            <source>Last fill {at}</source>
            <translation>마지막 체결 {at}</translation>
        </message>
        <message>
            <source>Lower edge at {price}</source>
            <translation>하한 {price}</translation>
        </message>
        <message>
            <source>No base is bought or sold.</source>
            <translation>매수나 매도가 없습니다.</translation>
        </message>
        <message>
            <source>Not ours ({whose}): {side} {quantity} {base} at {price}</source>
            <translation>우리 주문 아님({whose}): {price}에 {quantity} {base} {side}</translation>
        </message>
        <message>
            <source>Profit</source>
            <translation>수익</translation>
        </message>
        <message>
            <source>Quantity</source>
            <translation>수량</translation>
        </message>
        <message>
            <source>Rung</source>
            <translation>칸</translation>
        </message>
        <message>
            <source>Rung {number}: buys at {buy}, sells at {sell} {quote}</source>
            <translation>{number}번 칸: 매수 {buy}, 매도 {sell} {quote}</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>매도</translation>
        </message>
        <message>
            <source>Sell order resting: {quantity}</source>
            <translation>매도 대기: {quantity}</translation>
        </message>
        <message>
            <source>Sell resting</source>
            <translation>매도 대기</translation>
        </message>
        <message>
            <source>Sells at</source>
            <translation>매도가</translation>
        </message>
        <message>
            <source>Side</source>
            <translation>방향</translation>
        </message>
        <message>
            <source>Sold</source>
            <translation>매도됨</translation>
        </message>
        <message>
            <source>State</source>
            <translation>상태</translation>
        </message>
        <message>
            <source>The venue has not confirmed this order yet.</source>
            <translation>거래소가 아직 이 주문을 확인하지 않았습니다.</translation>
        </message>
        <message>
            <source>Upper edge at {price}</source>
            <translation>상한 {price}</translation>
        </message>
        <message>
            <source>Waiting</source>
            <translation>대기</translation>
        </message>
        <message>
            <source>{canceled} orders are cancelled and {placed} placed.</source>
            <translation>주문 {canceled}건을 취소하고 {placed}건을 새로 냅니다.</translation>
        </message>
        <message>
            <source>{quantity} is bought at market for a fee of {fee}.</source>
            <translation>{quantity} 시장가 매수, 수수료 {fee}.</translation>
        </message>
        <message>
            <source>{quantity} is sold at market for a fee of {fee}.</source>
            <translation>{quantity} 시장가 매도, 수수료 {fee}.</translation>
        </message>
    </context>
    <context>
        <name>level</name>
        <message>
            <source>Error</source>
            <translation>오류</translation>
        </message>
        <message>
            <source>Look</source>
            <translation>주의</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>알림</translation>
        </message>
    </context>
    <context>
        <name>live</name>
        <message>
            <source>As of {at}</source>
            <translation>{at} 기준</translation>
        </message>
        <message>
            <source>Bound to addresses</source>
            <translation>주소 제한</translation>
        </message>
        <message>
            <source>CAN WITHDRAW</source>
            <translation>출금 가능</translation>
        </message>
        <message>
            <source>Clock</source>
            <translation>시계</translation>
        </message>
        <message>
            <source>Expires</source>
            <translation>만료</translation>
        </message>
        <message>
            <source>Fees (maker, taker)</source>
            <translation>수수료(메이커, 테이커)</translation>
        </message>
        <message>
            <source>Fees are paid in</source>
            <translation>수수료 자산</translation>
        </message>
        <message>
            <source>Leverage</source>
            <translation>레버리지</translation>
        </message>
        <message>
            <source>Margin mode</source>
            <translation>마진 방식</translation>
        </message>
        <message>
            <source>Position mode</source>
            <translation>포지션 방식</translation>
        </message>
        <message>
            <source>Self-trade prevention</source>
            <translation>자전거래 방지</translation>
        </message>
        <message>
            <source>Trading</source>
            <translation>거래</translation>
        </message>
        <message>
            <source>Withdrawal</source>
            <translation>출금</translation>
        </message>
        <message>
            <source>any address</source>
            <translation>주소 제한 없음</translation>
        </message>
        <message>
            <source>may not trade</source>
            <translation>거래 불가</translation>
        </message>
        <message>
            <source>no</source>
            <translation>없음</translation>
        </message>
        <message>
            <source>no withdrawal</source>
            <translation>출금 불가</translation>
        </message>
        <message>
            <source>not looked at yet</source>
            <translation>아직 확인 안 함</translation>
        </message>
        <message>
            <source>off: no order is sent</source>
            <translation>꺼짐: 주문이 나가지 않음</translation>
        </message>
        <message>
            <source>trades</source>
            <translation>거래 가능</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>있음</translation>
        </message>
        <message>
            <source>{ms} ms off ours</source>
            <translation>우리와 {ms}ms 차이</translation>
        </message>
        <message>
            <source>{symbol}: no grid ran on paper</source>
            <translation>{symbol}: 모의 계좌에서 그리드를 돌린 적 없음</translation>
        </message>
        <message>
            <source>{symbol}: not yet, {age} of {wanted}, cycles closed: {cycles}</source>
            <translation>{symbol}: 아직 부족함, {wanted} 중 {age}, 완료된 사이클 {cycles}회</translation>
        </message>
        <message>
            <source>{symbol}: rehearsed, {age}, cycles closed: {cycles}</source>
            <translation>{symbol}: 연습함, {age}, 완료된 사이클 {cycles}회</translation>
        </message>
    </context>
    <context>
        <name>mode</name>
        <message>
            <source>A recorded market is played back, the money is not real.</source>
            <translation>기록된 시장을 재생하며 실제 돈이 아닙니다.</translation>
        </message>
        <message>
            <source>LIVE</source>
            <translation>실거래</translation>
        </message>
        <message>
            <source>LIVE OFF</source>
            <translation>실거래 꺼짐</translation>
        </message>
        <message>
            <source>Orders go to a practice exchange, the money is not real.</source>
            <translation>주문은 연습 거래소로 가며, 실제 돈이 아닙니다.</translation>
        </message>
        <message>
            <source>Orders go to the exchange and cost real money.</source>
            <translation>주문이 거래소로 나가며 실제 돈이 움직입니다.</translation>
        </message>
        <message>
            <source>PAPER</source>
            <translation>모의</translation>
        </message>
        <message>
            <source>PRACTICE</source>
            <translation>연습 거래소</translation>
        </message>
        <message>
            <source>REPLAY</source>
            <translation>리플레이</translation>
        </message>
        <message>
            <source>Real money is connected; no order is sent until it goes live.</source>
            <translation>실계좌가 연결되어 있습니다. 실거래를 켜기 전에는 주문이 나가지 않습니다.</translation>
        </message>
        <message>
            <source>SIMULATED</source>
            <translation>시뮬레이션</translation>
        </message>
        <message>
            <source>The market is invented, the money is not real.</source>
            <translation>가상 시장이며 실제 돈이 아닙니다.</translation>
        </message>
        <message>
            <source>The market is live, the money is not real.</source>
            <translation>시장은 실시간이지만 실제 돈이 아닙니다.</translation>
        </message>
    </context>
    <context>
        <name>order</name>
        <message>
            <source>Another Gridwright</source>
            <translation>다른 Gridwright</translation>
        </message>
        <message>
            <source>Another program</source>
            <translation>다른 프로그램</translation>
        </message>
        <message>
            <source>Being sent</source>
            <translation>전송 중</translation>
        </message>
        <message>
            <source>By hand</source>
            <translation>직접 주문</translation>
        </message>
        <message>
            <source>Cancelled</source>
            <translation>취소됨</translation>
        </message>
        <message>
            <source>Closing sale</source>
            <translation>정리 매도</translation>
        </message>
        <message>
            <source>Denied by our rules</source>
            <translation>자체 규칙으로 거부</translation>
        </message>
        <message>
            <source>Entry {number}</source>
            <translation>진입 {number}</translation>
        </message>
        <message>
            <source>Exit {number}</source>
            <translation>청산 {number}</translation>
        </message>
        <message>
            <source>Filled</source>
            <translation>체결됨</translation>
        </message>
        <message>
            <source>First purchase</source>
            <translation>첫 매수</translation>
        </message>
        <message>
            <source>Limit</source>
            <translation>지정가</translation>
        </message>
        <message>
            <source>Limit, post-only</source>
            <translation>지정가, post-only</translation>
        </message>
        <message>
            <source>Maker</source>
            <translation>메이커</translation>
        </message>
        <message>
            <source>Market</source>
            <translation>시장가</translation>
        </message>
        <message>
            <source>Never arrived</source>
            <translation>도착 안 함</translation>
        </message>
        <message>
            <source>Open</source>
            <translation>대기</translation>
        </message>
        <message>
            <source>Open, not ours</source>
            <translation>대기, 우리 것 아님</translation>
        </message>
        <message>
            <source>Our name, not in our books</source>
            <translation>우리 이름, 장부에 없음</translation>
        </message>
        <message>
            <source>Rebalancing</source>
            <translation>재조정</translation>
        </message>
        <message>
            <source>Rejected by the venue</source>
            <translation>거래소 거부</translation>
        </message>
        <message>
            <source>Rung {number}</source>
            <translation>{number}번 칸</translation>
        </message>
        <message>
            <source>Taker</source>
            <translation>테이커</translation>
        </message>
        <message>
            <source>Unknown, asking</source>
            <translation>확인 중</translation>
        </message>
    </context>
    <context>
        <name>question</name>
        <message>
            <source> (about {value} at home each)</source>
            <translation>, 국내 금액 각 약 {value}</translation>
        </message>
        <message>
            <source>Close {position}? It {first} and {second}. In all it would have brought {result}.</source>
            <translation>{position}을(를) 청산할까요? {first}, {second}. 이대로면 총 손익은 {result}입니다.</translation>
        </message>
        <message>
            <source>Close {position}? It {first} and {second}. What it brings is not known now.</source>
            <translation>{position}을(를) 청산할까요? {first}, {second}. 지금은 손익을 알 수 없습니다.</translation>
        </message>
        <message>
            <source>Pause {bot}? Nothing is opened or closed until it is started again; {count} open positions stay, and legs that differ are still brought together.</source>
            <translation>{bot}을(를) 일시정지할까요? 다시 시작할 때까지 진입도 청산도 하지 않습니다. 열린 포지션 {count}개는 그대로이고, 어긋난 다리는 계속 맞춥니다.</translation>
        </message>
        <message>
            <source>Pause {bot}? {count} resting orders are cancelled; {base} {asset} stay in the bot.</source>
            <translation>{bot} 봇을 일시정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}는 봇에 남습니다.</translation>
        </message>
        <message>
            <source>Start {bot} again? It enters and closes again; {count} open positions go on with it.</source>
            <translation>{bot}을(를) 다시 시작할까요? 진입과 청산을 다시 합니다. 열린 포지션 {count}개를 이어서 관리합니다.</translation>
        </message>
        <message>
            <source>Start {bot} again? It places the orders of its {count} rungs again.</source>
            <translation>{bot} 봇을 다시 시작할까요? {count}칸의 주문을 다시 배치합니다.</translation>
        </message>
        <message>
            <source>Start {bot}? From a net premium of {entry} % on it enters ({way}) with {size} each, at most {most} times at once{value}, and closes at {exit} %; a round trip leaves {result} %.</source>
            <translation>{bot}을(를) 시작할까요? 순차익 {entry} %부터 {size}씩 진입합니다({way}, 동시에 최대 {most}개{value}). {exit} %에서 청산하며 왕복 손익은 {result} %입니다.</translation>
        </message>
        <message>
            <source>Start {bot}? It buys {base} at about {price} now (fee {fee}), then places {count} orders; in all it uses {capital}.</source>
            <translation>{bot} 봇을 시작할까요? 지금 약 {price}에 {base}를 매수하고(수수료 {fee}) 주문 {count}건을 배치합니다. 총 {capital} 사용.</translation>
        </message>
        <message>
            <source>Start {bot}? It places {count} orders and uses {capital}.</source>
            <translation>{bot} 봇을 시작할까요? 주문 {count}건을 배치하고 {capital}를 사용합니다.</translation>
        </message>
        <message>
            <source>Start {bot}? Its market has no price yet, so it waits for the first one.</source>
            <translation>{bot} 봇을 시작할까요? 아직 가격이 없어 첫 가격을 기다립니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? It has no open position; what is under way ends first.</source>
            <translation>{bot}을(를) 정지할까요? 열린 포지션이 없습니다. 진행 중인 일이 먼저 끝납니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? What is under way ends first; {count} open positions stay as they are in both accounts.</source>
            <translation>{bot}을(를) 정지할까요? 진행 중인 일이 먼저 끝납니다. 열린 포지션 {count}개는 두 계정에 그대로 남습니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} open positions are closed at the books, both legs of each, for {result} in all after fees.</source>
            <translation>{bot}을(를) 정지할까요? 열린 포지션 {count}개의 양쪽 다리를 호가에 청산합니다. 수수료를 뺀 합계는 {result}입니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} open positions are closed at the books, both legs of each; what that brings is not known now.</source>
            <translation>{bot}을(를) 정지할까요? 열린 포지션 {count}개의 양쪽 다리를 호가에 청산합니다. 지금은 손익을 알 수 없습니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} resting orders are cancelled and {base} {asset} are sold at about {price}, for about {value} less a fee of {fee}.</source>
            <translation>{bot} 봇을 정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}를 약 {price}에 매도합니다. 예상 금액 {value}, 수수료 {fee}.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} resting orders are cancelled and {base} {asset} are sold at market.</source>
            <translation>{bot} 봇을 정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}를 시장가로 매도합니다.</translation>
        </message>
        <message>
            <source>Stop {bot}? {count} resting orders are cancelled; {base} {asset} stay in the account.</source>
            <translation>{bot} 봇을 정지할까요? 대기 주문 {count}건을 취소하고 {base} {asset}는 계좌에 남습니다.</translation>
        </message>
        <message>
            <source>buys {quantity}</source>
            <translation>{quantity} 매수</translation>
        </message>
        <message>
            <source>buys {quantity} on {venue} at about {price} for {value} (fee {fee})</source>
            <translation>{venue}에서 약 {price}에 {quantity} 매수(금액 {value}, 수수료 {fee})</translation>
        </message>
        <message>
            <source>sells {quantity}</source>
            <translation>{quantity} 매도</translation>
        </message>
        <message>
            <source>sells {quantity} on {venue} at about {price} for {value} (fee {fee})</source>
            <translation>{venue}에서 약 {price}에 {quantity} 매도(금액 {value}, 수수료 {fee})</translation>
        </message>
        <message>
            <source>{bot} cannot be started: one of its two markets is not there.</source>
            <translation>{bot}을(를) 시작할 수 없습니다: 두 시장 중 하나가 없습니다.</translation>
        </message>
        <message>
            <source>{bot} cannot be started: {reasons}</source>
            <translation>{bot} 봇을 시작할 수 없습니다: {reasons}</translation>
        </message>
        <message>
            <source>{position} is not open now; what is under way ends first.</source>
            <translation>{position}은(는) 지금 보유 상태가 아닙니다. 진행 중인 일이 먼저 끝나야 합니다.</translation>
        </message>
    </context>
    <context>
        <name>sentences</name>
        <message>
            <source>{account} is switched off, so no order is sent; “Go live…” switches it on.</source>
            <translation>{account} 실거래가 꺼져 있어 주문이 나가지 않습니다. ‘실거래 켜기…’로 켭니다.</translation>
        </message>
        <message>
            <source>{bot} would send its first orders with real money; it waits until somebody has seen them (“Confirm first orders…”).</source>
            <translation>{bot}이(가) 첫 실거래 주문을 보내려 합니다. 누군가 확인할 때까지 기다립니다(‘첫 주문 확인…’).</translation>
        </message>
        <message>
            <source>{change} “Accept the key as it is” trades on with it.</source>
            <translation>{change} ‘바뀐 키 받아들이기’로 이대로 계속 거래합니다.</translation>
        </message>
        <message>
            <source>{symbol} was not rehearsed: no grid of yours ran an hour on paper at {exchange} and closed a cycle on it. “Open a paper account…” begins; tick “Go live without a rehearsal” to go without.</source>
            <translation>{symbol} 연습이 없습니다. {exchange}에서 한 시간 넘게 돌며 사이클을 마친 모의 격자가 없습니다. ‘모의 계좌 열기…’로 시작하거나, ‘연습 없이 실거래 켜기’를 선택하면 연습 없이 켭니다.</translation>
        </message>
    </context>
    <context>
        <name>side</name>
        <message>
            <source>Buy</source>
            <translation>매수</translation>
        </message>
        <message>
            <source>Sell</source>
            <translation>매도</translation>
        </message>
    </context>
    <context>
        <name>truth</name>
        <message>
            <source>An order without a name</source>
            <translation>이름 없는 주문</translation>
        </message>
        <message>
            <source>Ask and book</source>
            <translation>확인 후 기입</translation>
        </message>
        <message>
            <source>Book the fill</source>
            <translation>체결 기입</translation>
        </message>
        <message>
            <source>Book the funding</source>
            <translation>펀딩비 기입</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>취소</translation>
        </message>
        <message>
            <source>Cancellation not booked yet</source>
            <translation>취소 미기입</translation>
        </message>
        <message>
            <source>Cancelled by hand</source>
            <translation>직접 취소됨</translation>
        </message>
        <message>
            <source>Changed just now</source>
            <translation>방금 바뀜</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>장부 기입</translation>
        </message>
        <message>
            <source>Fill not booked yet</source>
            <translation>체결 미기입</translation>
        </message>
        <message>
            <source>Funding not booked yet</source>
            <translation>펀딩비 미기입</translation>
        </message>
        <message>
            <source>Money moved in or out</source>
            <translation>입출금</translation>
        </message>
        <message>
            <source>Not ours</source>
            <translation>우리 것 아님</translation>
        </message>
        <message>
            <source>Order unknown to the venue</source>
            <translation>거래소에 없는 주문</translation>
        </message>
        <message>
            <source>Order unknown to us</source>
            <translation>장부에 없는 주문</translation>
        </message>
        <message>
            <source>Position changed without us</source>
            <translation>우리와 무관한 포지션 변동</translation>
        </message>
        <message>
            <source>Price differs</source>
            <translation>가격 다름</translation>
        </message>
        <message>
            <source>Quantity differs</source>
            <translation>수량 다름</translation>
        </message>
        <message>
            <source>Rounding of fees</source>
            <translation>수수료 반올림</translation>
        </message>
        <message>
            <source>Rung {number}</source>
            <translation>{number}번 칸</translation>
        </message>
        <message>
            <source>The same</source>
            <translation>같음</translation>
        </message>
        <message>
            <source>Then place</source>
            <translation>이어서 주문</translation>
        </message>
        <message>
            <source>market</source>
            <translation>시장가</translation>
        </message>
    </context>
    <context>
        <name>workspace</name>
        <message>
            <source>Arbitrage</source>
            <translation>차익거래</translation>
        </message>
        <message>
            <source>Grid</source>
            <translation>그리드</translation>
        </message>
        <message>
            <source>Monitor</source>
            <translation>모니터</translation>
        </message>
    </context>
</TS>
